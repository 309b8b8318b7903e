/**
 * Words of technical English beside those of the trade: what five or more of the packages we install write in lower case
 * in their documentation, without names of people and places and without words for people and their data.
 */
export const technicalWords: string = `abandoned abbreviated abbreviation abbreviations abide able abruptly absolute absolutely abstract abstraction
  abstractions abstracts accelerate accelerated accelerator accelerators acceptable acceptance accessibility
  accessible accidental accidentally accommodate accompanying accomplish accomplished accordance according accordingly
  accrues accumulate accumulated accumulates accumulation accumulator accurate accurately achieve achieved achieves
  achieving acknowledge acknowledges acknowledging acknowledgment acme acorn acquire acquired acquiring across
  actionable activate activated activates activation acyclic adapt adaptive additive addon addons addressable adhere
  adheres adhering adjacent adjust adjustable adjusted adjusting adjustment adjustments adjusts administer
  administration administrative administrator administrators admits admitting adopt adopted adoption adverse advertise
  advertised advice advisory affect affected affecting affects affiliates affinity aforementioned afterward afterwards
  agentless aggregation aggressively agnostic agree agreed aims algo align aligned aligning alignment aligns alive
  alleviate allocate allocates allocating allocation allocations allow allowable allowing allowlist allowlisted alone
  alongside alpha alphabet alphabetic alphabetical alphanumeric alta alter alterations altered altering alternate
  alternative alternatively alternatives alters altogether amazing ambiguities ambiguity ambiguous amongst amortized
  ampersand analogous analyze analyzed analyzer analyzes analyzing anchor anchored anchors anew angle animation
  annotate annotated annotation annotations announcement annoying anomalies anomaly anymore anyone anytime anyway
  anywhere apex apigateway apigw appear appearance appeared appearing appears appliances applicable appreciated
  appropriate appropriately approximate approximately approximation appscaling appsync arbitrarily arbitrary arch
  architectural architecture architectures area areas argv arise arising arithmetic arity arrow article articles
  artifact artifacts ascending assemble assembled assemblies assembly assert asserted asserting assertion assertions
  asserts assess assessed assessment asset assets assign assignability assignable assigned assigning assignment
  assignments assigns assist assistance assists associate associated associates associating association associations
  assumable assume assumed assumer assumes assuming assumption assumptions assurances asterisk asterisks asymmetric
  asynchronous asynchronously atomic attack attacker attackers attacks attendant attestations attr attribution attrs
  audio augmentation augmented authenticate authenticates authenticating authored authoring authoritative authorize
  authorizer authorizers authorizes authorizing automated automatically automating automation autoscaled autoscaling
  avoid avoided avoiding avoids aware awareness away awesome awslambda awslogs awsvpc axis backlog backported
  backpressure backslash backslashes backtick backtracking backward backwards bake baked band bandwidth banner bare
  barrier baseline baselines basename bash basically basis beats became become becomes becoming beforehand behave
  behaves behaving behaviour behaviours behind believe belong belonging bench benchmark benchmarked benchmarks beta
  bias biased bidirectional bigger biggest bigint bigints billable billed billing bills binaries binary bind binding
  bindings binds binpack bitmask bitrate bitwise blacklisted bloat blob blobs blog bloom blow blueprint bogus bomb
  book bookmarks books bool boost bootstrap bootstrapped bootstrapping border bots bounce bound bounded bounding bower
  brace braces bracket bracketed brackets brand branded branding breakdown breakpoint breakpoints brevity brief broad
  broadcast broader brotli browse browser browsers browsing bubble bubbled buggy buildid buildspec built builtin
  builtins bump bunch cachable cacheable calculate calculated calculates calculating calculator calendar callable
  callbackfn callee callsite campaign campaigns cancellation candidate candidates canned canonical canonicalized
  capabilities capability capital capitalization capitalized capped cardinality cards careful carefully caret carriage
  carried carry carrying cascading cased cases catastrophic catch catchall catches catching categorical categorization
  categorize catering caught caveat caveats cell cells censor censoring cent centralised centralize centralized
  certification chainable challenge chances changeset charset chart charter charts chat chatbot cheap checkbox
  checkout chili choose chooses choosing chore chose chosen chronological cidr cidrs ciphertext circle circular
  circumvent clamped clarify clarity clashes classification classified classifier classifies classify clause clauses
  cleanup cli click clickable clicking clicks clip closest closure cloudflare cloudformation cloudfront cloudtrail
  cluttering cname coalesced codebase codebuild codecommit codegen codepipeline coerce coerced coercible coercing
  coercion coherent cohesive cold collaboration collaborative collapse collapsed collide collision collisions colon
  colons color colored coloring colors columnar combination combinations combinators comfortable commitment commonjs
  communicate communicates communicating community compact comparable comparator comparators comparison comparisons
  compat compatibility compete competitive compilation compile compiled compiler compiles compiling complaint
  complement complementary completeness complex complexity compliance compliant complicated complies comply composable
  composite composited composition compound comprehensive compress compresses compressors comprise comprised
  compromise computation computational concat concatenate concatenated concatenates concatenating concatenation
  conceivable concept concepts conceptual concise concluding concrete cond conditionally conditionals conducted
  confidence confident confidential confidently configurable configure configures configuring confirmation
  confirmations conform conforms confuse confused confusing confusion conjunction connectionless connectivity
  consecutive consecutively consequence consequences consequent consequently consideration considerations consist
  consisting consists consolidate consolidated consolidation const constituent constitutes constrain constrained
  constraining constrains construction consumable consume consumes consuming consumption containerized contention
  contextual contiguous continually continuation continuous continuously contractions contradict contradictory
  contrast contribute contributed contributes contributing contribution contributions contributor contributors
  contrived convenience convenient conveniently conversation conversations cooked cool coordinate coordinates
  coordinating copyright corner corporate correctness correlate correlated correspond correspondence corresponding
  corresponds corruption cosine counterpart counterparts couple coupled coupling course cover covering crates crawl
  crawled crawler crawlers crawling crazy credit credits creds crucial crypto cryptographic css ctor cumulative curve
  customise customizable customization customizations customize customized customizes customizing cyclic cyclical
  dangerous dangling dark dash dashed dashes datagram datapage datapoints datastore dataviews datetime deactivate
  deactivated deactivates dealt decl declaration declarations declaratively declare declares declaring declined
  declines decompress decorate decorated decorates decorating decoration decorator decorators decouple decremented
  decrements decryption dedicated dedupe deduplication deemed deems defect defense defensive defer defers definable
  define defining definitely defs degradation delegation deletion deletions deliberate deliberately delta deltas
  demonstrate demonstrated demonstrates demonstration denoting department dependencies dependency deploy deployable
  deployed deploying deployment deployments deploys deprecate deprecated deprecation deps deputy dereferenced
  deregister deregistering derivation derive derives deriving desc descending descriptive descriptor descriptors
  designate designated designates designation desirable desired desktop dest destroy destroyed destroying destroys
  destruction destructive destructured destructuring desugar desugars detach detached detaches detection deterministic
  develop developed developers developing deviation devtools diagnose diagram dialog dice dictate dictates
  dictionaries dictionary differentiate differentiated differentiates directives dirname disables disabling disallow
  disambiguate disappears disassociate disassociated disassociates disclaimer disclosure disconnects discontinued
  discord discourage discouraged discrete discretion discriminant discriminated discriminator discuss discussed
  discussing discussion disjoint dispatched dispatches displayable disposables disposal dispose disposed disregard
  disrupted disruption disruptions disruptive dist distinction distinguish distinguished distinguishes distinguishing
  distribute distributed distributes distributing distribution distributions dive diverge divergence diverges diverse
  divide divides documentation doing dollar dollars dominates donation door dotted doubt downgrade downlevel download
  downloaded downloading downloads downside downtime dramatically drastically draw drawn drill driven dual dualstack
  duplication durability dynamically dynamodb earlier earliest easier easiest easily echo ecosystem educational
  efficiency efficient efficiently egress elaborate elapse elapses electronic elevated eliminate eliminates
  eliminating elsewhere embed embedded embedding embeddings embeds emission emoji emulate emulates enable enablement
  enables enabling encapsulate encapsulated encapsulates encapsulation encipher enclose enclosed enclosing encourage
  encouraged enforce enforced enforcement enforces enforcing engagement engineering enhanced enrich enter entered
  entering enters entire entirely entirety entities entitlement entitlements entity entrypoint enumerable enumerate
  enumerated enumerates enumerating envelope ephemeral equivalent equivalently equivalents erased ergonomic ergonomics
  esbuild escalation eslint esnext especially establish established establishes establishing establishment etag eval
  even evenly eventbridge eventual everyday everywhere eviction evolution evolve example examples exceedingly excerpt
  excess excessive excessively exclamation exclusion exclusions exclusive exclusively executable executables exhausted
  exhaustion exhaustive exhibit existence expansion expectation expectations expense expensive experiment experimental
  expert explanation exploit explore exploring exponent exponential exponentially expose exposed exposes exposing expr
  extant extensibility extensible externalize externalized extglob extglobs extraction facilitate facilitates factual
  fake faked fakes fall falling falls familiar familiarize fans fashion fastest fastify favicon favorite feasible
  federate federated federation feel fidelity filename filenames filepath filesystem finalization finalize finalized
  finalizing financial financially findings fine finite fips fitting flat flatten flattened flattening flattens flaws
  fleet fleets flex flexibility flexible flip flips float floating floats floor fluent folded folds font fonts footer
  footprint forbids forcefully forcibly forecast forecasted forever forget forgets forgiving forgot forgotten formally
  formerly forth foundation fragile fragment fragmented fragments friendly front fronted frontend frozen fulfill
  fulfilled fulfilling func functionality fundamental furnished further furthest fuzzy gallery game garbage gate gated
  gates gave generation generations generous genrsa genuine genuinely geographical geometry geospatial getter getters
  getting gibibytes gigabits github gitlab glob globbing globs globstar glue goto govern governance governed governing
  government grab graceful gracefully gradually grammar grantable grantee grantees granular granularity graphemes
  grateful greedy greeting grep grey grocery grow growing grows growth guardrail guardrails guess guessed guidance
  hack halves handful happy hardcoded hardware harmful harmless hashbang hatch hate head heading headings healthcheck
  heavily heavy held helpful hereby heuristic heuristics hex hexadecimal hide hides hierarchical hierarchy highest
  highlight highlighted highlighting hijack historic historical historically hitting hoisted hole honor honored
  honoring honors hood horizontal horizontally hover href hrtime human hybrid hygiene hyparquet hyphen hyphens icon
  identifiable identification identified identifies identify identifying idiomatic iframe illustrated illustrates
  illustrating illustration imagine imbalanced immutability immutable impaired implement implemented implementers
  implementing implementors implements implications importance impose imposed imposes impossible improperly
  improvement improvements inaccessible inaccuracies inadvertently incident inclusion inclusive increase increased
  increases increasing incredibly incrementally incur incurred incurring incurs indefinitely indent indentation
  indented indenting independently indeterminate indication indices industry inequality infeasible infer inference
  inferred inferring infers infinite infinitely infinity infix inflight influence informative informs infrastructure
  infrequently ingestion ingress inherent inherently inheritance initdb initialization initiate initiated initiates
  initiating initiation initiator innermost insensitive insertion insight inspectable inspection inspiration inspired
  inst install installation installed installer installing installs instanceof instantiate instantiated instantiates
  instantiating instantiation instruct instructed instructs instrument instrumented instrumenting intact integ
  integral integrate integrated integrates integrating integration integrations intelligence intending intention
  intentional intentionally interact interacting interactively interacts intercept intercepted interception
  interceptor interceptors intercepts interfere interior intermediary intermittent international internet interop
  interoperable interpolated interpolation interpret interpretation interpreted interpreter interpreting interprets
  interruption interruptions intersect intervention intrinsic intrinsics introduction introspection intuitive invent
  inventories inventory inverse inversely invert inverted investigating investigation investments invitation invite
  invited inviting involve involves involving irrelevant isolate isolated isolates isolation isomorphic issuance
  italic iterable iterables iterate iterated iterates iterating iterative iterator iterators javascript journal
  journey journeys jsonschema judgement jump jumping junction junit keepalive keyboard keyframe keyof kibibytes kill
  killed killing kills kubelet laid lang late latter launch launched launches launching layout layouts lcov lead leaf
  leak leaking leaks lean leftmost legitimate letting leverage leveraged leverages leveraging liable libc libpq libuv
  lies lieu lifecycle lifetime lightningcss lightweight likelihood limitation limitations linear linefeed lint linter
  linting listen listening listens localhost localization localized localizing lockfile lockout lodash logging
  logically logo lone loopback loose loosely lose lossless lots lowercase lowercased luck lutimes machinery macrotask
  magic magnetic mailto malicious mangled manifest manifests manipulate manipulating manipulation manner manufacturer
  manufacturers margin markdown market marketing master materialized math mathematical matter matters maximal maximize
  maybe meaningful meant measurement measurements mebibytes mechanics mechanism mechanisms media mediastore megabyte
  megabytes memberof memoization memoize memoized menu merely metafile microsecond microseconds microservices
  microtask microtasks middleware middlewares midnight mild million millions millisecond milliseconds mimicking
  mimicks mimics mindful minification minify minifying minimal minimally minimatch minimize minimizes minimizing mint
  minus misuse mitigate mitigates mitigation mixes mixin mixins mkcalendar mkcol mkdir mobile modern modest
  modification modifications modifiers modular modularization moment moments monorepo monotonically movement mrng
  multiplication multiplier mutate mutates mutating mutation mutations mutator mutual mutually mwaa naive nameserver
  nanoid nanosecond nanoseconds nature navigate navigates navigation navigator nbsp ndjson nearest neat needle negate
  negation negative negatively negatives negligible negotiate negotiated negotiating negotiation neighbor neighbouring
  nest nesting nests netflix netlify netmask neutral newline newlines nice nicer niche nickname nnnn nodegroup nodejs
  noise noisy noncompliant nonexistent nonnegative noop noops normalization normalize normalizes notation notations
  notebook noteworthy notion nullable nullish obscure observability observable obsolete occurrence occurrences octets
  offending offered offering official officially often okay omit omits omitting onabort onboard onboarding onclose
  onerror ongoing onmessage onopen opaque openapi opensearch openssl operand operands opinionated opportunity opposed
  optimal optimization optimizations optimize optimized optimizer optimizes optimizing orchestrate orchestrates
  ordinal ordinals ordinary organize organized organizes oriented originate originated originates originating
  origination otherwise ought ourselves outage outdated outdir outermost outlined outset overall overhead overlay
  overlays overridden overwriting ownership pack packed packing packs padded padding paginated pagination paginator
  paginators pairwise palette pane panel paragraph parallelize parameterizing parametric parens parentheses
  parenthesis parquet parseable participate participating passphrase passthrough paste pathname pathnames patters peak
  penalty pepper perceived percentage percentages perf perfect perfectly performance performances performant periodic
  periodically permissible permissive persistent personalized perspective pertaining petabytes philosophy phrases pick
  picked picking picks picomatch picture pid piece pieces pinned pinning pitfalls pixels placement plaintext plane
  play playback playlist plays playwright plumbing plural png pnpm poisoning pollution polyfill polyfilled polyfills
  polygon polynomial populate populated populates populating population portable portfolio pose posix possibilities
  possibility posture potential potentially powerful practically pre preamble prebuilt precede preceded precedence
  preceding precise precisely predict predictable predictions predictive preemptively preexisting preferable
  preferably preference preferences prefetching preflight prematurely prepackaged preparation prepends prereleases
  prerequisite prerequisites preservation preserves preserving press pressed pressing presumed presumes pretends
  pretty prev prevent prevented preventing prevention prime primitive primitives principal principals principle print
  printable printed printer printf printing prints prioritize prioritized prioritizes privacy privilege privileged
  privileges proactive probability probably problematic proceed proceeding proceeds produce produced producing
  professional programmatic progressively prohibit prohibited projection promise promises promisified promisify
  promote promoted promoting pronounced prop propagate propagated propagates propagating propagation proper properly
  propfind proportion proportionally proposal proposals proposed proppatch props protect protected protecting
  protection protections protects provenance provide providing provision provisioned provisioning provisions prune
  pruned pruning pseudo pseudorandom publication punctuation punycode purchase purchased pure purely purple pushdown
  putting qualification qualified qualifier qualifiers qualifies quasi quasis queryable querystring quicksight race
  radio radius radix ran randomization randomness rapid rapidly rarely reachable reactivate reactnative readability
  readdir readme readonly realistic reappears reasonable reasonably reassigned reboots rebuilding rebuilt recipe
  recipes reclaimed recognised recognition recognizable recognize recognizes recommend recommendation recommended
  recommends recomputes reconcile reconciles recordings recoverable recreating rect recur recurrence recurring recurse
  recursive recursively red redact redacted redacting redaction redacts redeploy redeployed reduction redundancy
  redundant reevaluated refactoring refactors refinement reflect reflected reflecting reflects refuse reg regard
  regarded regex regexp regexps regime register registering registers regression regressions relax relay relayed
  relays reliability reliable reliably reloading remainder remains remap remediate remediation remembered rendition
  renewal reopened reparses repeatable repetition replacement replacements replicate replicated replicates replicating
  repo representable represented representing represents reproduce reproduced reproducible reputation requirement
  requirements requisite rerun resemble reservation reserves reserving resides resiliency resilient resistant
  resolution resolutions resolvable respect respected respecting respective respectively responsibility responsible
  responsiveness restoration restricting restriction restrictions restrictive restricts retired retrieval retrievals
  retrieve retrieved retrieves retrieving reusable reveal revealed revert reverting reverts reviver revocation richer
  ring roadmap robust rollup routable routine routines ruleset rulesets runnable safeguard safest safety sake sales
  salt sanitize sanitized saturated saturation sauce save saves scalability scalable scalar scalars scenario scenarios
  scene school scientific scrape scratch screen screenshot screenshots scroll scrolls sdk seamless seamlessly
  searchable secrecy secretsmanager seeded seeds segmentation selection selections selectively sell semantic
  semantically semantics semicolon semicolons semver sensible sensitive sensitivity sentiment sentinel separation
  sequential sequentially serializable serverless servername setter setting shadow shadows shallow sheet sheets shim
  ship shipped shipping ships shortcomings shortcut shortened shortens shorthand shorthands shown shredding shrink
  shrinking shrinks shuffle shut shuts shutting signifies signify simplest simplicity simplified simplifies simplify
  simplifying simulate simulated simulates simulating simulations simultaneous simultaneously singleton singular sink
  sinks situation situations skeleton skill slash slashes sleep slice sliced slices slight slightly smart smile sole
  solely solid solution solutions solve solves solving somehow sometimes somewhat somewhere sophisticated sound sounds
  sourcemap sourcemaps spans sparingly sparse spawn spawned spawning spawns speaking specialize specialized
  specifically specifier specifiers specifies specify specifying spectrum speedup spelling spend spending spends spies
  spin splat spoken sponsor sponsored sponsorship sprawl squashed stability stabilization stabilize stacktrace staffed
  stalls stamp standalone standardized standby stars stash stat stateful stateless statically statistic statistical
  stderr stdin stdio stdout stepfunctions stickiness sticky streamline strength strictness stringified stringifier
  stringify stringifying stripe struct structs structurally stub stubbing stubs stuff subclassed subclassing
  subdirectories subdivision subdomains subnet subnets subscribe subscribed subscribes subscribing subsequent
  subsequently substantial substitution substitutions subtle subtract subtracted subtracting subtraction succeed
  succeeded succeeds succession suffice sugar suggestion suggestions suit suite suites summarize summarizing super
  superclass superseded supersedes superset supervised supplemental supplementary supplier suppose supposed suppress
  suppressed suppresses suppressing suppression suppressions surprising surrogate surrogates surrounded surrounding
  survive survives suspected sustainable sustained swallowed swallowing swap swapped swapping swaps symbolic symlink
  symlinked symlinks symmetric symmetrical synchronize synchronized synchronizes syntactic syntactically synth
  synthesis synthesize synthesized synthesizer synthesizes synthesizing synthetic synths sysctl syslog tab tabs
  tabular tagged tagging tailored talk tar tarball teardown technique techniques technology telemetry temperature
  tenancy tendency termination terminology textual thank thanks theme theoretically theory thereafter thereby therein
  thereof thing things thorough thoroughly thought thoughtful threadpool threat threats threw thrift throughout thumb
  thumbnail thumbprints thunk tick ticked ticks tied tilde tiled timeframe timeline timelines timings tiny tired
  tokenization tokenized tokenizer tolerate tone took toolbox toolchain toolkit torn track tracked tracks trademark
  trademarks tradeoff tradeoffs trading traditional traditionally traffic trail trailer trailers trailing trails train
  trained training trait traits transcode transcoded transcoding transcription transferable transformation transit
  transitive translate translated translates translation translations transmission transmit transmitted transmitting
  transparent transparently transpilation transpiled transpiling transposing trap travel travels traversal traverse
  traversed traversing treat treating treatment treatments treats trick tricks tricky trip triplets trivial
  troubleshoot truncate truncates truncating truncation truststore truth truthiness truthy tsconfig tslint tumbling
  tune tunnel tutorial tweak twist twofold typedef typeof typesafe typescript typings typo typos udp ugly ultimately
  unacceptable unaffected unambiguous unanswered unavoidable unbiased unbind unblocking unbounded uncaught
  unconstrained undeliverable underlies underlining underneath underscore underscores understand understanding
  understands undesirable undici undo undocumented unescaped unfortunate unfortunately unhealthy unified uninitialized
  uninstall union unioned unions uniqueid uniqueness universally unmarshalling unmodeled unnecessarily unpredictable
  unpredictably unqualified unquoted unrecoverable unref unreferenced unregister unsolicited unsubscribe untag
  untagged untagging unusable unversioned unwanted unwind unwrap unwrapped unzip unzipped upcoming upfront uplink
  uppercase upwards usable userinfo userland username usernames util utilities utility utilize utilized utilizes
  utilizing utils utmost val valuable vanilla variadic variance variation variations variety varint various vast vault
  vector vectors vend vended vends verbatim verifiable verification versa versus vertex vertical viable vice video
  videos viewable viewport violate violating virtualization visa visibility visual visualize visualized visually vital
  vocabulary volume volumes voluntary volunteers vulnerability vulnerable walkthrough wall warehouse wasm watch
  watched watcher watches watching way ways webpack webpage website websites webworker weekday welcome whenever
  whereas wherever whichever whitespace whitespaces whoever whom widen widget widgets wiki wild wildcard wildcards
  wire workaround workarounds workgroup workings workload workloads workmail workspace worldwide worry worrying wrap
  wrapped wrapper wrappers wrapping wraps writable writeable wrote xxhash yahoo yarn yellow yield yielded yielding
  yourself zigzag zipped zlib`;

/**
 * Words of technical English beside those of the trade: what five or more of the packages we install write in lower case
 * in their documentation, without names of people and places and without words for people and their data. What isTradeWord knows
 * by its ending, or makes of another word, is not listed.
 */
export const technicalWords: string = `abandoned abide able abruptly absolute abstract accelerate accidental
  accommodate accomplish accordingly accrues accumulate accurate achieve acknowledge acme acorn acquire across
  activate acyclic adapt additive addon adhere adjacent adjust administer administrative administrator admits adopt
  adverse advertise advice advisory affect affiliates affinity aforementioned afterward agnostic agree aims algo align
  alive alleviate allocate allow allowlist alone alongside alpha alphabet alphabetic alphanumeric alta alter altered
  alternate alternatives altogether ambiguity ambiguous amongst ampersand analogous analyze anchor anew angle annotate
  anomaly anymore anyone anytime anyway anywhere apex apigateway apigw appear appliances appropriate approximate
  appsync arbitrary arch architecture area argv arise arithmetic arity arrow article artifact assemble assembly assert
  assess asset assign assigned assist associate assume assurances asterisk asymmetric asynchronous atomic attack
  attendant attr audio augmented authenticate authored authoritative authorize autoscaled avoid aware away awesome
  awslambda awslogs awsvpc axis backlog backported backpressure backslash backtick backward bake band bandwidth banner
  bare barrier baseline basename bash basis beats became become beforehand behave behaves behaviour behind believe
  belong bench benchmark beta bias bidirectional bigger biggest bigint billed bills binary bind bindings binpack
  bitmask bitrate bitwise blacklisted bloat blob blog bloom blow blueprint bogus bomb book bookmarks bool boost
  bootstrap border bots bounce bound bower brace bracket brand breakdown breakpoint brevity brief broad broadcast
  brotli browse bubble buggy buildid buildspec built builtin bump bunch calculate calendar callbackfn callee callsite
  campaign candidate canned capabilities capital capped cardinality cards carefully caret carriage carry cased cases
  catch catchall categorize caught caveat cell censor cent centralize challenge chances changeset charset chart chat
  chatbot cheap checkbox checkout chili choose chore chose chosen cidr ciphertext circle circular circumvent clamped
  clarify clarity clashes classify clause cleanup cli click clip closest closure cloudflare cloudfront cloudtrail
  cname coalesced codebase codebuild codecommit codegen codepipeline coerce coercion coherent cohesive cold
  collaborative collapse collide collisions colon color columnar combinators commonjs communicate community compact
  comparator comparison compat compete competitive compile compiled complaint complement complementary complex
  compliant comply composite compound comprehensive compress comprise compromise computational concat concatenate
  concept conceptual concise concrete cond conditionals conducted confident confidential configure conform confuse
  connectivity consecutive consequences consequent consist consolidate const constituent constitutes constrain consume
  contextual contiguous continuous contradict contradictory contrast contribute contrived convenient conversation
  cooked cool coordinate copyright corner corporate correlate correspond cosine counterpart couple course cover crates
  crawl crazy credit creds crucial crypto cryptographic css ctor cumulative curve customise customize cyclic dangerous
  dark dash datagram datapage datapoints datastore dataviews datetime deactivate decl declare declined declines
  decompress decorate decouple decremented dedupe deemed deems defect defense defer define definitely defs deliberate
  delta demonstrate dependencies deploy deprecate deps deputy dereferenced deregister derive desc descriptive
  descriptor designate desired desktop dest destroy destructive destructured desugar detach deterministic develop
  devtools diagnose diagram dialog dice dictate dictionary differentiate directives dirname disables disambiguate
  disappears disassociates disclaimer disconnects discontinued discord discourage discrete discriminant discriminator
  discuss discussion dispatched dispatches disposables disposal disposed disrupted disruptive dist distinguish
  distribute dive diverge diverse divide doing dollar dominates door dotted doubt downgrade downlevel download
  downside downtime draw drawn drill driven dual dualstack dynamodb earlier earliest easier easiest easily echo
  ecosystem educational efficient egress elaborate elapse electronic eliminate elsewhere embed embeddings emoji
  emulate enable encapsulate encipher enclose encourage enforce enhanced enrich enter entire entirety entity
  entrypoint enumerate envelope ephemeral equivalent erased ergonomic esbuild eslint esnext establish etag eval even
  evenly eventbridge eventual everyday everywhere evolve example exceedingly excerpt excess exclusions exclusive
  executables exhausted exhaustive exhibit expansion expense experimental expert exploit explore exponent exponential
  expose expr extant externalize extglob facilitate factual fake fall familiar familiarize fans fashion fastest
  fastify favicon favorite federate feel fidelity filename filepath filesystem finalize financial findings fine finite
  fips flat flatten flaws fleet flex flip float floor fluent folded folds font footprint forbids forcefully forcibly
  forecast forever forget forgot forgotten formerly forth foundation fragile fragmented friendly front frontend frozen
  fulfill func functionality fundamental furnished further furthest fuzzy gallery game garbage gate gave generous
  genrsa genuine geometry geospatial getter gibibytes gigabits github gitlab glob globstar glue goto govern grab
  gracefully grammar grantee granular graphemes greedy grep grey grocery grow growth guardrail guess hack halves happy
  hardcoded hashbang hatch hate head headings healthcheck heavy held hereby heuristic hex hexadecimal hide hierarchy
  highest highlight hijack historic hoisted hole honor hood horizontal hover href hrtime human hybrid hygiene
  hyparquet hyphen icon identify idiomatic iframe illustrates imagine imbalanced impaired implemented implementers
  implementors impose improperly inaccuracies inadvertently incident inclusive increase increasing incredibly incur
  indefinitely indent indented independently indeterminate indices industry inequality infer infinite infinity infix
  inflight informative informs infrastructure infrequently ingress inherent initdb initiate innermost insensitive
  insight inspired inst install installed instanceof instantiate instruct instrumented intact integ integral integrate
  intentional interact intercept interfere interior intermediary intermittent international internet interop interpret
  intersect intrinsic intuitive invent inventory inverse invert invite involve irrelevant isolate isomorphic italic
  iterables iterate javascript journal journey jsonschema jump junit keepalive keyboard keyframe keyof kibibytes kill
  kubelet laid lang late latter launch layout lcov lead leaf leak lean leftmost legitimate leverage liable libc libpq
  libuv lies lieu lifecycle lifetime lightningcss lightweight likelihood linear linefeed lint listen localhost
  lockfile lockout lodash logo lone loopback loose lose lots lowercase luck lutimes machinery macrotask magic magnetic
  mailto malicious mangled manifest manipulate manner manufacturer margin markdown market master math matter maximal
  maximize maybe meant mebibytes mechanics mechanism media mediastore megabyte memberof memoize menu merely metafile
  microsecond microservices microtask middlewares midnight mild million millisecond mimicks mimics minify minimal
  minimatch minimize mint minus misuse mitigate mixes mixin mkcalendar mkcol mkdir mobile modern modest modular moment
  monorepo mrng multiplier mutate mutual mwaa naive nameserver nanoid nanosecond nature navigate nbsp ndjson nearest
  neat needle negate negatives negotiate neighbor nest netflix netlify netmask neutral newline nice niche nickname
  nnnn nodegroup nodejs noise noisy nonexistent nonnegative noop normalize notebook noteworthy notion nullish obscure
  obsolete occurrences octets offered official often okay omit onabort onboard onclose onerror onmessage onopen opaque
  openapi opensearch openssl operand opportunity opposed optimal optimize orchestrate ordinal ordinary organize
  oriented originate otherwise ought ourselves outage outdir outermost outlined outset overall overlay overridden
  ownership pack packed packs padded paginator pairwise palette pane panel paragraph parallelize parametric parens
  parentheses parenthesis parquet participate passphrase passthrough paste pathname patters peak penalty pepper
  perceived percentage perf perfect performances performant periodic permissive persistent perspective petabytes
  philosophy phrases pick picomatch picture pid piece pinned pitfalls pixels plaintext plane play playback playlist
  playwright plural png pnpm polyfill polygon polynomial populate portfolio pose posix possibilities posture potential
  pre preamble precede precise predict preferably preferences preflight prematurely prepackaged prepends prereleases
  prerequisites preserves press presumed presumes pretends pretty prev prevent prime primitive principal principle
  print printf prioritize privacy privilege proactive probability probably problematic proceed produce professional
  programmatic prohibit promise promisify promote pronounced prop propagate properly propfind proportion proposal
  proposed proppatch protect protected provide provisioned provisions prune pseudo pseudorandom punycode purchase pure
  purple pushdown qualifiers qualifies quasi quicksight race radio radius radix ran rapid rarely reactnative readdir
  readme readonly realistic reappears reasonably reassigned reboots recipe reclaimed recognize recommend recomputes
  reconcile recordings rect recur recurse red redact redacted redeployed redundancy redundant refactors reflect refuse
  reg regard regex regexp regime register regressions relax relay reliably remainder remains remap remediate
  remembered renewal reopened reparses repetition replicate repo represented represents reproduced requisite rerun
  resemble reserves resides resilient resistant respect responsibility restrictive restricts retrievals retrieve
  reveal revert reviver richer ring roadmap robust rollup routine ruleset safeguard safest safety sake sales salt
  sanitize sauce save scalar scenario scene school scientific scrape scratch screen screenshot scroll sdk seamlessly
  secrecy secretsmanager seeded seeds sell semantic semicolon semver sensitive sentinel sequential servername setter
  shadow shallow sheet shim ship shortcomings shortcut shortened shortens shorthand shown shrink shuffle shut signify
  simplest simplicity simplify simulate simultaneous singleton singular sink skeleton skill slash sleep slice slight
  smart smile sole solid solve somehow sometimes somewhat somewhere sound sourcemap spans sparingly sparse spawn
  specialize specifiers specify spectrum speedup spend spies spin splat spoken sponsor sponsorship sprawl squashed
  stabilize stacktrace staffed stalls stamp standalone standby stars stash stat statistic stderr stdin stdio stdout
  sticky streamline strength stringify stripe struct stub stuff subclassed subdirectories subdomains subnet subscribe
  subsequent substantial subtle subtract succeed suffice sugar suit suite summarize super superclass superseded
  supersedes superset supplemental supplementary supplier suppose suppress suppressions surprising surrogate
  surrounded survive suspected sustained swallowed swap symbolic symlink symmetric synchronize syntactic synth
  synthesis synthesizer synthesizes synthetic sysctl syslog tab tabs tabular tagged tailored talk tar tarball teardown
  technique technology telemetry temperature tenancy textual thank theme theory thereafter thereby therein thereof
  thing thorough thought threadpool threat threw thrift throughout thumb thumbnail thumbprints thunk tick tied tilde
  tiled timeframe timeline timings tiny tired tokenizer tolerate tone took toolbox toolchain toolkit torn track
  trademark tradeoff traditional traffic trail train trait transcode transit translate transmit transparent transpiled
  trap travel traverse treat trick tricky trip triplets trivial troubleshoot truncate truststore truth truthy tsconfig
  tslint tune tunnel tutorial tweak twist twofold typedef typeof typesafe typescript typings typo udp ugly ultimately
  unaffected unanswered unbiased unbounded unconstrained underlies underneath underscore understand undici undo
  undocumented unescaped unfortunate unhealthy unified union uniqueid unmodeled unnecessarily unpredictably unquoted
  unref unreferenced unsolicited untag unversioned unwanted unwind unwrapped unzip upfront uplink uppercase upwards
  usable userinfo userland username util utilities utilize utmost val vanilla variadic variety varint various vast
  vault vector vend verbatim versa versus vertex viable vice video viewport violate visa visual visualize vital
  vocabulary volume voluntary volunteers vulnerability walkthrough wall warehouse wasm watch way ways webpack webpage
  website webworker weekday welcome whenever whereas wherever whichever whitespace whoever whom widen widget wiki wild
  wildcard wire workaround workgroup workings workload workmail workspace worldwide worry wrap wrote xxhash yahoo yarn
  yellow yield yourself zigzag zipped zlib`;

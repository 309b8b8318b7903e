package pagw.tracker;

/** The names of the contract: 11 stages, the review's 38 event types, three statuses. A test of the project looks each up in it. */
public final class EventTracker {
    public static final String STAGE_ORCHESTRATION = "ORCHESTRATION";
    public static final String STAGE_PARSING = "PARSING";
    public static final String STAGE_VALIDATION = "VALIDATION";
    public static final String STAGE_ENRICHMENT = "ENRICHMENT";
    public static final String STAGE_ATTACHMENT = "ATTACHMENT";
    public static final String STAGE_CONVERSION = "CONVERSION";
    public static final String STAGE_API_CONNECTOR = "API_CONNECTOR";
    public static final String STAGE_RESPONSE_BUILDER = "RESPONSE_BUILDER";
    public static final String STAGE_CALLBACK_HANDLER = "CALLBACK_HANDLER";
    public static final String STAGE_SUBSCRIPTION_HANDLER = "SUBSCRIPTION_HANDLER";
    public static final String STAGE_OUTBOX_PUBLISHER = "OUTBOX_PUBLISHER";

    public static final String EVENT_REQUEST_RECEIVED = "REQUEST_RECEIVED";
    public static final String EVENT_WORKFLOW_START = "WORKFLOW_START";
    public static final String EVENT_WORKFLOW_COMPLETE = "WORKFLOW_COMPLETE";

    public static final String EVENT_PARSE_START = "PARSE_START";
    public static final String EVENT_PARSE_OK = "PARSE_OK";
    public static final String EVENT_PARSE_FAIL = "PARSE_FAIL";

    public static final String EVENT_VAL_START = "VAL_START";
    public static final String EVENT_VAL_OK = "VAL_OK";
    public static final String EVENT_VAL_FAIL = "VAL_FAIL";

    public static final String EVENT_ENRICH_START = "ENRICH_START";
    public static final String EVENT_ENRICH_OK = "ENRICH_OK";
    public static final String EVENT_ENRICH_FAIL = "ENRICH_FAIL";

    public static final String EVENT_ATTACH_START = "ATTACH_START";
    public static final String EVENT_ATTACH_OK = "ATTACH_OK";
    public static final String EVENT_ATTACH_FAIL = "ATTACH_FAIL";

    public static final String EVENT_CDEX_PULL_START = "CDEX_PULL_START";
    public static final String EVENT_CDEX_PULL_OK = "CDEX_PULL_OK";
    public static final String EVENT_CDEX_PULL_FAIL = "CDEX_PULL_FAIL";

    public static final String EVENT_CONVERT_START = "CONVERT_START";
    public static final String EVENT_CONVERT_OK = "CONVERT_OK";
    public static final String EVENT_CONVERT_FAIL = "CONVERT_FAIL";

    public static final String EVENT_DOWNSTREAM_START = "DOWNSTREAM_START";
    public static final String EVENT_DOWNSTREAM_OK = "DOWNSTREAM_OK";
    public static final String EVENT_DOWNSTREAM_FAIL = "DOWNSTREAM_FAIL";
    public static final String EVENT_DOWNSTREAM_TIMEOUT = "DOWNSTREAM_TIMEOUT";
    public static final String EVENT_DOWNSTREAM_ERROR = "DOWNSTREAM_ERROR";

    public static final String EVENT_RESPONSE_START = "RESPONSE_START";
    public static final String EVENT_RESPONSE_OK = "RESPONSE_OK";
    public static final String EVENT_RESPONSE_FAIL = "RESPONSE_FAIL";

    public static final String EVENT_CALLBACK_START = "CALLBACK_START";
    public static final String EVENT_CALLBACK_OK = "CALLBACK_OK";
    public static final String EVENT_CALLBACK_FAIL = "CALLBACK_FAIL";

    public static final String EVENT_NOTIFY_START = "NOTIFY_START";
    public static final String EVENT_NOTIFY_OK = "NOTIFY_OK";
    public static final String EVENT_NOTIFY_FAIL = "NOTIFY_FAIL";

    public static final String EVENT_PUBLISH_START = "PUBLISH_START";
    public static final String EVENT_PUBLISH_OK = "PUBLISH_OK";
    public static final String EVENT_PUBLISH_FAIL = "PUBLISH_FAIL";

    /** The tracker takes them for STARTED, COMPLETED and FAILED. */
    public static final String STATUS_STARTED = "STARTED";
    public static final String STATUS_SUCCESS = "SUCCESS";
    public static final String STATUS_FAILURE = "FAILURE";

    private EventTracker() {}
}

package pagw.tracker;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import pagw.tracker.QueueSender.Failure;
import pagw.tracker.QueueSender.QueueMessage;

/**
 * {@code java pagw.tracker.Example} prints the messages of a short history, a line each, as they would go to the queue;
 * with {@code dead}, {@code full} or {@code refusing} it meets such a queue. The counts go to the error stream.
 */
public final class Example {
    private static final String PAGW_ID = "PAGW-20251226-00005-A7CEB2B3";
    private static final Clock FIXED = Clock.fixed(Instant.parse("2025-12-26T14:51:34.578Z"), ZoneOffset.UTC);

    private Example() {}

    public static void main(String[] args) {
        String queue = args.length > 0 ? args[0] : "printing";
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var origin = new EventTrackerService.Origin("pas-request-parser", "pasrequestparser-app-65b67c6dd8-l8mvr");
        int bufferLimit = queue.equals("full") ? 3 : 10_000;
        // A service takes Clock.systemUTC() and new SecureRandom(); here every run prints the same.
        var tracker = new EventTrackerService(senderOf(queue, out), origin, bufferLimit, FIXED, new Random(1), drop -> {});
        report(tracker);
        tracker.flush(Duration.ofSeconds(queue.equals("printing") || queue.equals("refusing") ? 20 : 0));
        if (!queue.equals("printing") && !queue.equals("refusing")) {
            tracker.close();
        }
        tracker.close();
        tracker.logStageStart(PAGW_ID, "anthem", "PARSER", "PARSE_START");
        System.err.println(tracker.counts().toJson());
    }

    private static void report(EventTrackerService tracker) {
        tracker.logStageStart(PAGW_ID, "anthem", "PARSER", "PARSE_START");
        tracker.logStageError(
                PAGW_ID, "anthem", "PARSER", "PARSE_FAIL", 512, "PARSE_EXCEPTION",
                "unexpected \"}\"\n\tat line 3 \\ column 7 \u2013 \uD83D\uDE00 \uD800 \u0000 end", true);
        tracker.logRetryAttempt(PAGW_ID, "anthem", "PARSER", "PARSE_RETRY", 2, Instant.parse("2025-12-26T14:52:34Z"));
        tracker.logStageComplete(
                PAGW_ID, "anthem", "PARSER", "PARSE_OK", 3471, "{\"diagnosisCount\":3,\"procedureCount\":5}");
        Details second = Details.NONE.withCorrelationId("demo-123").withExternalReference("X-7").withAttempt(2);
        tracker.logStageStart(
                PAGW_ID, "anthem", "VALIDATOR", EventTracker.EVENT_VAL_START, null,
                second.withPayload("pagw-payloads", "anthem/PAGW-20251226-00005.json"));
        tracker.logStageComplete(null, "anthem", "VALIDATOR", "VAL_OK", 7, null);
        tracker.logStageComplete(PAGW_ID, "anthem", "VALIDATOR", "VAL_OK", 7, "x".repeat(20_000));
    }

    private static QueueSender senderOf(String queue, PrintStream out) {
        return switch (queue) {
            case "printing" -> batch -> print(batch, out);
            case "refusing" -> batch -> refuse(batch);
            default -> batch -> {
                throw new IOException("connection refused");
            };
        };
    }

    private static List<Failure> print(List<QueueMessage> batch, PrintStream out) {
        for (QueueMessage message : batch) {
            out.println(message.body());
        }
        return List.of();
    }

    private static List<Failure> refuse(List<QueueMessage> batch) {
        List<Failure> failures = new ArrayList<>();
        for (QueueMessage message : batch) {
            failures.add(new Failure(message, true, "InvalidMessageContents"));
        }
        return failures;
    }
}

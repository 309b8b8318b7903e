package pagw.tracker;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Sends over {@code POST /events}, to a tracker on this machine or whatever takes the same, with the JDK alone. */
public final class HttpQueueSender implements QueueSender {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int ACCEPTED = 202;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER).build();
    private final URI events;

    /** @param tracker such as {@code http://localhost:4780} */
    public HttpQueueSender(URI tracker) {
        this.events = tracker.resolve("/events");
    }

    /** One call a message: what is refused of a request is known by its answer. */
    @Override
    public List<Failure> sendBatch(List<QueueMessage> batch) throws IOException, InterruptedException {
        List<Failure> failures = new ArrayList<>();
        for (QueueMessage message : batch) {
            HttpRequest request = HttpRequest.newBuilder(events)
                    .timeout(ANSWER)
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(message.body()))
                    .build();
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            int status = response.statusCode();
            boolean whole = status == ACCEPTED && response.body().contains("\"rejected\":[]");
            if (!whole) {
                // Busy or broken may pass; anything else is said of the message. A taken part is never sent twice: ids stay.
                boolean senderFault = status != 408 && status != 429 && status < 500;
                failures.add(new Failure(message, senderFault, "HTTP " + status));
            }
        }
        return failures;
    }
}

package pagw.tracker;

import java.util.List;

/**
 * The one thing this example needs of a queue. With the AWS SDK for Java 2.x an implementation is a dozen lines; the
 * README beside this folder shows it.
 */
@FunctionalInterface
public interface QueueSender {

    /** One SQS message: group id = pagwId, body = a JSON array of events of that request. */
    record QueueMessage(String groupId, String deduplicationId, String body) {}

    /** A message that was not taken; with {@code senderFault} offering it again cannot help. */
    record Failure(QueueMessage message, boolean senderFault, String code) {}

    /**
     * Sends at most ten messages, no two of one group, in one call.
     *
     * @return the messages that were not taken; empty when all were
     * @throws Exception when the call has no answer: all of them are offered again
     */
    List<Failure> sendBatch(List<QueueMessage> batch) throws Exception;
}

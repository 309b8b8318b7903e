package software.amazon.awssdk.services.sqs.model;

import java.lang.reflect.Proxy;

public final class SendMessageBatchRequestEntry {
    private SendMessageBatchRequestEntry() {}

    public static Builder builder() {
        return (Builder) Proxy.newProxyInstance(
                Builder.class.getClassLoader(),
                new Class<?>[] {Builder.class},
                (builder, method, values) ->
                        method.getName().equals("build") ? new SendMessageBatchRequestEntry() : builder);
    }

    public interface Builder {
        Builder id(String id);

        Builder messageBody(String messageBody);

        Builder messageGroupId(String messageGroupId);

        Builder messageDeduplicationId(String messageDeduplicationId);

        SendMessageBatchRequestEntry build();
    }
}

package pagw.tracker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

import pagw.tracker.Drop.Reason;
import pagw.tracker.QueueSender.Failure;
import pagw.tracker.QueueSender.QueueMessage;

/**
 * Keeps a bounded number of events and takes them to the queue in the order of the calls, one batch after the other, on
 * a thread of its own. A batch that is not taken is offered again, after growing pauses, before anything newer is sent.
 */
final class EventDelivery {
    private static final int REQUESTS_PER_BATCH = 10;
    private static final int EVENTS_PER_BATCH = 100;
    /** SQS takes 1 MiB in a call. */
    private static final int BYTES_PER_BATCH = 1024 * 1024;
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 30_000;
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);
    private static final long LAST_WORDS_MS = 1_000;

    private record Waiting(String pagwId, TrackedEvent event) {}

    private final QueueSender queue;
    private final int limit;
    /** Guards all fields below; never held during a call to the queue. */
    private final Object lock = new Object();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long called;
    private long delivered;
    private long bufferFull;
    private long invalid;
    private long refused;
    private long closedDrops;
    private int underWay;
    private boolean closed;
    private final Consumer<Drop> onDrop;
    /** Not told yet, by kind. */
    private final Map<Drop, Long> untold = new LinkedHashMap<>();
    private final Thread worker = new Thread(this::run, "pagw-event-tracker");

    EventDelivery(QueueSender queue, int limit, Consumer<Drop> onDrop) {
        this.queue = queue;
        this.limit = limit;
        this.onDrop = onDrop;
        worker.setDaemon(true);
        worker.start();
    }

    /** Null from {@code event}: it is not fit to be sent. Ids are drawn in here, so that they rise with the order. */
    void add(String pagwId, Supplier<TrackedEvent> event) {
        synchronized (lock) {
            called++;
            if (closed) {
                closedDrops++;
                drop(Reason.CLOSED, null, 1);
            } else if (waiting.size() + underWay >= limit) {
                bufferFull++;
                drop(Reason.BUFFER_FULL, null, 1);
            } else {
                keep(pagwId, event);
            }
        }
    }

    /** Noted under the lock, told outside of it. */
    private void drop(Reason reason, String code, long count) {
        untold.merge(new Drop(reason, code, 0), count, Long::sum);
        lock.notifyAll();
    }

    private void tellDrops() {
        Map<Drop, Long> drops;
        synchronized (lock) {
            drops = new LinkedHashMap<>(untold);
            untold.clear();
        }
        drops.forEach((kind, count) -> {
            try {
                onDrop.accept(new Drop(kind.reason(), kind.code(), count));
            } catch (RuntimeException | Error ignored) {
                // Whoever is told of drops must not cause others.
            }
        });
    }

    private void keep(String pagwId, Supplier<TrackedEvent> event) {
        TrackedEvent made;
        try {
            made = event.get();
        } catch (RuntimeException unusable) {
            made = null;
        }
        if (made == null) {
            invalid++;
            drop(Reason.INVALID, null, 1);
            return;
        }
        waiting.add(new Waiting(pagwId, made));
        lock.notifyAll();
    }

    boolean flush(Duration deadline) {
        long waitMs = deadline.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT.toMillis() : deadline.toMillis();
        long endsAt = System.nanoTime() + waitMs * 1_000_000;
        synchronized (lock) {
            long settledFirst = settled() + waiting.size() + underWay;
            while (settled() < settledFirst) {
                long leftMs = (endsAt - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0 || !await(leftMs)) {
                    return settled() >= settledFirst;
                }
            }
            return true;
        }
    }

    void close(Duration deadline) {
        synchronized (lock) {
            closed = true;
        }
        flush(deadline);
        synchronized (lock) {
            long left = waiting.size() + (long) underWay;
            closedDrops += left;
            if (left > 0) {
                drop(Reason.CLOSED, null, left);
            }
            waiting.clear();
            underWay = 0;
        }
        worker.interrupt();
        awaitWorker();
        tellDrops();
    }

    /** It may be telling of drops at this moment, and as a daemon would be cut off in it by the end of the program. */
    private void awaitWorker() {
        if (Thread.currentThread() == worker) {
            return;
        }
        try {
            worker.join(LAST_WORDS_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    TrackerCounts counts() {
        synchronized (lock) {
            long buffered = waiting.size() + (long) underWay;
            return new TrackerCounts(called, delivered, bufferFull, invalid, refused, closedDrops, buffered);
        }
    }

    /** Of the events that were kept; in the order of the calls, because there is one worker. */
    private long settled() {
        return delivered + refused;
    }

    private boolean await(long millis) {
        try {
            lock.wait(millis);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Map<String, List<TrackedEvent>> batch = takeBatch();
                tellDrops();
                deliver(batch);
            }
        } catch (InterruptedException closing) {
            // The end of the thread; what was under way has been counted as dropped.
        }
    }

    /** Events of at most ten requests, in the order of the calls. */
    private Map<String, List<TrackedEvent>> takeBatch() throws InterruptedException {
        synchronized (lock) {
            while (waiting.isEmpty() && untold.isEmpty()) {
                lock.wait();
            }
            Map<String, List<TrackedEvent>> requests = new LinkedHashMap<>();
            int bytes = 0;
            while (!waiting.isEmpty() && underWay < EVENTS_PER_BATCH) {
                Waiting next = waiting.peek();
                bytes += next.event.mostBytes();
                if (underWay > 0 && bytes > BYTES_PER_BATCH) {
                    break;
                }
                if (!requests.containsKey(next.pagwId) && requests.size() == REQUESTS_PER_BATCH) {
                    break;
                }
                requests.computeIfAbsent(next.pagwId, request -> new ArrayList<>()).add(waiting.remove().event);
                underWay++;
            }
            return requests;
        }
    }

    private void deliver(Map<String, List<TrackedEvent>> requests) throws InterruptedException {
        Map<QueueMessage, Integer> open = new LinkedHashMap<>();
        requests.forEach((pagwId, events) -> open.put(messageOf(pagwId, events), events.size()));
        for (int failures = 0; !open.isEmpty(); failures++) {
            if (failures > 0) {
                pause(failures);
            }
            settle(open, offer(open));
            tellDrops();
        }
    }

    /** What was not taken; everything when the queue did not answer. */
    private List<Failure> offer(Map<QueueMessage, Integer> open) throws InterruptedException {
        List<QueueMessage> batch = List.copyOf(open.keySet());
        try {
            return List.copyOf(queue.sendBatch(batch));
        } catch (InterruptedException closing) {
            throw closing;
        } catch (Exception | Error away) {
            // Whatever a sender throws, or answers that is no list, ends no thread.
            return batch.stream().map(message -> new Failure(message, false, "no answer")).toList();
        }
    }

    private void settle(Map<QueueMessage, Integer> open, List<Failure> failures) throws InterruptedException {
        synchronized (lock) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            for (QueueMessage message : List.copyOf(open.keySet())) {
                Failure failure = failures.stream()
                        .filter(failed -> failed.message().equals(message))
                        .findFirst()
                        .orElse(null);
                if (failure != null && !failure.senderFault()) {
                    continue;
                }
                int events = open.remove(message);
                if (underWay == 0) {
                    continue;
                }
                underWay -= events;
                if (failure == null) {
                    delivered += events;
                } else {
                    refused += events;
                    drop(Reason.REFUSED, failure.code(), events);
                }
            }
            lock.notifyAll();
        }
    }

    private static void pause(int failures) throws InterruptedException {
        long longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failures - 1, 20));
        Thread.sleep(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
    }

    /**
     * The id stands for the request and all events in the message: SQS drops a message whose id it saw within five
     * minutes, and services that number their events use an id in every request.
     */
    private static QueueMessage messageOf(String pagwId, List<TrackedEvent> events) {
        StringBuilder body = new StringBuilder("[");
        MessageDigest hash = sha256();
        hash.update((pagwId + "\n").getBytes(StandardCharsets.UTF_8));
        for (TrackedEvent event : events) {
            body.append(body.length() > 1 ? "," : "").append(event.toJson());
            hash.update((event.eventId() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        String groupId = pagwId.matches("[\\x21-\\x7e]{1,128}")
                ? pagwId
                : HexFormat.of().formatHex(sha256().digest(pagwId.getBytes(StandardCharsets.UTF_8)));
        return new QueueMessage(groupId, HexFormat.of().formatHex(hash.digest()), body.append(']').toString());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }
}

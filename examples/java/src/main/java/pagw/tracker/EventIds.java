package pagw.tracker;

import java.math.BigInteger;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** Ids as ULIDs are made: 48 bits of time, 80 random bits, each greater than the one before. Not safe for threads. */
final class EventIds {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 26;
    private static final int RANDOM_BITS = 80;

    private final Clock clock;
    private final RandomGenerator random;
    private BigInteger last = BigInteger.ZERO;

    EventIds(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    String next() {
        byte[] bytes = new byte[RANDOM_BITS / 8];
        random.nextBytes(bytes);
        BigInteger drawn =
                BigInteger.valueOf(clock.millis()).shiftLeft(RANDOM_BITS).or(new BigInteger(1, bytes));
        last = drawn.compareTo(last) > 0 ? drawn : last.add(BigInteger.ONE);
        StringBuilder id = new StringBuilder(LENGTH);
        for (int place = LENGTH - 1; place >= 0; place--) {
            id.append(DIGITS.charAt(last.shiftRight(5 * place).intValue() & 31));
        }
        return id.toString();
    }
}

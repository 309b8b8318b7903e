package pagw.tracker;

import java.time.Instant;

/** Writes a JSON object in printable ASCII, which every queue takes. Null values are left out. */
final class JsonObject {
    private static final char REPLACEMENT = '\uFFFD';

    private final StringBuilder text = new StringBuilder("{");

    JsonObject put(String name, String value) {
        if (value == null) {
            return this;
        }
        name(name);
        quote(value);
        return this;
    }

    JsonObject put(String name, Instant value) {
        return put(name, value == null ? null : value.toString());
    }

    JsonObject put(String name, JsonObject value) {
        return bare(name, value);
    }

    JsonObject put(String name, Number value) {
        return bare(name, value);
    }

    JsonObject put(String name, Boolean value) {
        return bare(name, value);
    }

    @Override
    public String toString() {
        return text + "}";
    }

    private JsonObject bare(String name, Object value) {
        if (value != null) {
            name(name);
            text.append(value);
        }
        return this;
    }

    private void name(String name) {
        if (text.length() > 1) {
            text.append(',');
        }
        quote(name);
        text.append(':');
    }

    private void quote(String value) {
        text.append('"');
        for (int place = 0; place < value.length(); place++) {
            char unit = storable(value, place);
            switch (unit) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (unit >= ' ' && unit <= '~') {
                        text.append(unit);
                    } else {
                        text.append(String.format("\\u%04x", (int) unit));
                    }
                }
            }
        }
        text.append('"');
    }

    /** The contract refuses NUL and halves of surrogate pairs: PostgreSQL cannot keep them. */
    private static char storable(String value, int place) {
        char unit = value.charAt(place);
        boolean paired = !Character.isSurrogate(unit)
                || Character.isHighSurrogate(unit)
                        && place + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(place + 1))
                || Character.isLowSurrogate(unit) && place > 0 && Character.isHighSurrogate(value.charAt(place - 1));
        return unit == 0 || !paired ? REPLACEMENT : unit;
    }
}

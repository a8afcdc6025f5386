package decant.canister.rehearsal;

import decant.canister.rehearsal.Budget.Line;
import decant.canister.rehearsal.Budget.Resource;
import decant.canister.rehearsal.Checkup.State;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What upgrades of a canister would have taken over time, as its checkups found, since it got the code that it has.
///
/// So many points are kept that the first is among them and the newest are close together.
///
/// @param points the oldest first
public record Trend(List<Point> points) {
    public static final Trend NONE = new Trend(List.of());

    private static final int POINTS_MAX = 64;
    private static final double DAY_NANOS = 24.0 * 60 * 60 * 1e9;

    /// What an upgrade would have taken at a time.
    public record Point(long timeNanos, long version, Map<Resource, Long> used) {
        public Point {
            used = Map.copyOf(used);
        }
    }

    public Trend {
        points = List.copyOf(points);
    }

    /// {@return this with one more checkup, if that says what an upgrade takes}
    public Trend plus(Checkup checkup) {
        if (checkup.state() != State.UPGRADABLE) {
            return this;
        }
        var used = new EnumMap<Resource, Long>(Resource.class);
        checkup.budget().lines().forEach(line -> used.put(line.resource(), line.used()));
        var next = new ArrayList<Point>(points.size() < POINTS_MAX ? points : thinned());
        next.add(new Point(checkup.timeNanos(), checkup.version(), used));
        return new Trend(next);
    }

    /// {@return every other of the older half of the points, and the newer half}
    private List<Point> thinned() {
        var kept = new ArrayList<Point>();
        for (int i = 0; i < points.size(); i++) {
            if (i % 2 == 0 || i >= points.size() / 2) {
                kept.add(points.get(i));
            }
        }
        return kept;
    }

    /// {@return by how much more an upgrade takes of the resource each day, where that is known}
    public OptionalDouble perDay(Resource resource) {
        if (points.size() < 2) {
            return OptionalDouble.empty();
        }
        var first = points.getFirst();
        var last = points.getLast();
        var before = first.used().get(resource);
        var after = last.used().get(resource);
        long nanos = last.timeNanos() - first.timeNanos();
        return before == null || after == null || nanos <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((after - before) / (double) nanos * DAY_NANOS);
    }

    /// {@return when the resource is used up if it goes on like this; what the history of installations says where the
    /// checkups say nothing}
    public OptionalLong nanosLeft(Line line) {
        var perDay = perDay(line.resource());
        if (perDay.isEmpty()) {
            return line.nanosLeft();
        }
        if (perDay.getAsDouble() <= 0 || line.used() >= line.limit()) {
            return OptionalLong.empty();
        }
        double days = (line.limit() - line.used()) / perDay.getAsDouble();
        return OptionalLong.of((long) Math.min(Long.MAX_VALUE, days * DAY_NANOS));
    }
}

package decant.canister.state;

import decant.canister.state.Change.Details;
import decant.canister.state.Change.Origin;
import org.pcollections.TreePVector;

/// The bytes of history entries inside records: a number for the case, then its components.
final class ChangeFormat {
    private ChangeFormat() {}

    static void write(RecordWriter out, Change change) {
        out.number(change.timeNanos());
        out.number(change.canisterVersion());
        writeOrigin(out, change.origin());
        switch (change.details()) {
            case Details.Creation(var controllers, var variablesHash) -> {
                out.number(0);
                out.list(controllers, out::principal);
                out.optional(variablesHash, out::hash);
            }
            case Details.CodeUninstall _ -> out.number(1);
            case Details.CodeDeployment(var mode, var moduleHash) -> {
                out.number(2);
                out.constant(mode);
                out.hash(moduleHash);
            }
            case Details.ControllersChange(var controllers) -> {
                out.number(3);
                out.list(controllers, out::principal);
            }
            case Details.LoadSnapshot(var snapshot, long canisterVersion, long takenNanos, boolean uploaded) -> {
                out.number(4);
                writeSnapshotId(out, snapshot);
                out.number(canisterVersion);
                out.number(takenNanos);
                out.flag(uploaded);
            }
        }
    }

    static void writeSnapshotId(RecordWriter out, SnapshotId id) {
        out.principal(id.canister());
        out.number(id.number());
    }

    static SnapshotId readSnapshotId(RecordReader in) {
        return new SnapshotId(in.principal(), in.number());
    }

    static void writeOrigin(RecordWriter out, Origin origin) {
        switch (origin) {
            case Origin.FromUser(var user) -> {
                out.number(0);
                out.principal(user);
            }
            case Origin.FromCanister(var canister, var version) -> {
                out.number(1);
                out.principal(canister);
                out.optional(version);
            }
        }
    }

    static Change read(RecordReader in) {
        return new Change(in.number(), in.number(), readOrigin(in), readDetails(in));
    }

    static Origin readOrigin(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new Origin.FromUser(in.principal());
        }
        if (kind == 1) {
            return new Origin.FromCanister(in.principal(), in.optionalNumber());
        }
        throw in.malformed("a change's origin of kind " + kind);
    }

    private static Details readDetails(RecordReader in) {
        long kind = in.number();
        if (kind == 0) {
            return new Details.Creation(TreePVector.from(in.list(in::principal)), in.optional(in::hash));
        }
        if (kind == 1) {
            return new Details.CodeUninstall();
        }
        if (kind == 2) {
            return new Details.CodeDeployment(in.constant(InstallMode.class), in.hash());
        }
        if (kind == 3) {
            return new Details.ControllersChange(TreePVector.from(in.list(in::principal)));
        }
        if (kind == 4) {
            return new Details.LoadSnapshot(readSnapshotId(in), in.number(), in.number(), in.flag());
        }
        throw in.malformed("a change of kind " + kind);
    }
}

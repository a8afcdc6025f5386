package decant.canister.ic0;

import decant.canister.state.CanisterStatus;

/// `ic0.canister_*`, `ic0.subnet_self_*`, `ic0.root_key_*`, `ic0.is_controller`, `ic0.certified_data_set`,
/// `ic0.data_certificate_*`: who and where this canister is, and what it certifies.
final class CanisterCalls {
    static final long CERTIFIED_DATA_BYTES_MAX = 32;

    private CanisterCalls() {}

    static byte[] self(Invocation run) {
        return run.canister.id().bytes();
    }

    static byte[] subnet(Invocation run) {
        return run.surroundings.subnetId().bytes();
    }

    static byte[] rootKey(Invocation run) {
        return run.surroundings.rootKeyDer();
    }

    static long status(Invocation run, long[] arguments) {
        return switch (run.canister.status()) {
            case CanisterStatus.Running _ -> 1;
            case CanisterStatus.Stopping _ -> 2;
            case CanisterStatus.Stopped _ -> 3;
        };
    }

    static long version(Invocation run, long[] arguments) {
        return run.canister.version();
    }

    static long isController(Invocation run, long[] arguments) {
        var principal = run.readPrincipal(arguments[0], arguments[1]);
        return run.canister.settings().isController(principal) ? 1 : 0;
    }

    static long certifiedDataSet(Invocation run, long[] arguments) {
        long size = arguments[1];
        if (size < 0 || size > CERTIFIED_DATA_BYTES_MAX) {
            throw run.violation("the data must be no larger than " + CERTIFIED_DATA_BYTES_MAX + " bytes. Found "
                    + Long.toUnsignedString(size) + " bytes");
        }
        run.certifiedData = run.read(arguments[0], size);
        return 0;
    }

    static long dataCertificatePresent(Invocation run, long[] arguments) {
        return run.incoming.dataCertificate() == null ? 0 : 1;
    }

    static byte[] dataCertificate(Invocation run) {
        var certificate = run.incoming.dataCertificate();
        if (certificate == null) {
            throw run.violation("no data certificate is present");
        }
        return certificate;
    }
}

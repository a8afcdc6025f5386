package decant.replica;

import decant.canister.state.Message;
import java.util.ArrayList;

/// The bytes of a batch, one entry of the input log. Equal batches have equal bytes.
///
/// ```text
/// batch   = version:1 height time entropy:bytes root:32 count ingress*
/// ingress = as in MessageFormat
/// ```
/// Numbers are unsigned LEB128; `bytes` is a length and that many bytes. Checksums are the log's.
final class BatchFormat {
    private static final int VERSION = 1;

    private BatchFormat() {}

    static byte[] encode(Batch batch) {
        var sink = new ByteSink()
                .number(VERSION)
                .number(batch.height())
                .number(batch.timeNanos())
                .bytes(batch.entropy())
                .hash(batch.rootBefore())
                .number(batch.ingress().size());
        batch.ingress().forEach(message -> MessageFormat.encodeIngress(sink, message));
        return sink.toByteArray();
    }

    static Batch decode(long sequence, byte[] bytes) {
        var source = new ByteSource("batch " + sequence + " of the input log", bytes);
        long version = source.number();
        if (version != VERSION) {
            throw new IllegalStateException("batch " + sequence + " of the input log has format " + version
                    + ", this program reads format " + VERSION
                    + "; open it with the version of Decant that wrote it and stop that cleanly");
        }
        long height = source.number();
        long timeNanos = source.number();
        byte[] entropy = source.bytes();
        var rootBefore = source.hash();
        int count = source.count();
        var ingress = new ArrayList<Message.Ingress>(count);
        for (int i = 0; i < count; i++) {
            ingress.add(MessageFormat.decodeIngress(source));
        }
        source.end();
        return new Batch(height, timeNanos, entropy, rootBefore, ingress);
    }
}

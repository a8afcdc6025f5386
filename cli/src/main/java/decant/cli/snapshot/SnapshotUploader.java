package decant.cli.snapshot;

import decant.base.Hash;
import decant.cli.snapshot.SnapshotFolder.Part;
import decant.cli.terminal.Progress.Meter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;

/// Brings a stored snapshot to a node, slice by slice, leaving out zeros, and notes how far it has come.
public final class SnapshotUploader {
    private static final int SLICE_BYTES_MAX = 2_000_000;

    /// A gap of zeros up to this long is sent along: a call for what comes behind it costs more.
    private static final int GAP_BYTES_MAX = 64 << 10;

    private final Snapshots snapshots;
    private final StoredSnapshot stored;
    private final UploadProgress progress;

    public SnapshotUploader(Snapshots snapshots, StoredSnapshot stored, UploadProgress progress) {
        this.snapshots = snapshots;
        this.stored = stored;
        this.progress = progress;
    }

    public void upload(Meter meter) throws IOException {
        module(meter);
        long before = stored.metadata().bytes(Part.MODULE);
        for (Part memory : SnapshotExport.MEMORIES) {
            memory(memory, meter.behind(before));
            before += stored.metadata().bytes(memory);
        }
        for (Hash hash : stored.metadata().chunks()) {
            if (!progress.hasChunk(hash.hex())) {
                snapshots.uploadChunk(progress.snapshot(), stored.chunk(hash));
                progress.uploaded(hash.hex());
            }
        }
    }

    private void module(Meter meter) throws IOException {
        byte[] module = stored.module();
        var slices = new Slices(Part.MODULE, meter);
        int from = (int) Math.min(progress.offset(Part.MODULE), module.length);
        slices.add(from, module, from, module.length - from);
        slices.end();
    }

    private void memory(Part memory, Meter meter) throws IOException {
        long uploaded = progress.offset(memory);
        var slices = new Slices(memory, meter);
        stored.forEachBlock(memory, uploaded / FileBlocks.BLOCK_BYTES, (block, content) -> {
            byte[] bytes = content.toArray(ValueLayout.JAVA_BYTE);
            for (int from = 0; from < bytes.length; from += FileBlocks.PAGE_BYTES) {
                int length = Math.min(FileBlocks.PAGE_BYTES, bytes.length - from);
                if (!FileBlocks.isZero(content.asSlice(from, length))) {
                    slices.add(block * FileBlocks.BLOCK_BYTES + from, bytes, from, length);
                }
            }
        });
        slices.end();
        progress.reached(memory, stored.metadata().bytes(memory));
    }

    /// Puts bytes together to slices as long as a call takes.
    private final class Slices {
        private final Part part;
        private final Meter meter;
        private final ByteArrayOutputStream slice = new ByteArrayOutputStream();
        private long begin;

        Slices(Part part, Meter meter) {
            this.part = part;
            this.meter = meter;
        }

        /// Adds bytes that begin where those before ended, or later; in between are zeros.
        void add(long offset, byte[] bytes, int from, int length) {
            long gap = offset - begin - slice.size();
            if (slice.size() > 0 && (gap > GAP_BYTES_MAX || slice.size() + gap >= SLICE_BYTES_MAX)) {
                end();
            }
            if (slice.size() == 0) {
                begin = offset;
                gap = 0;
            }
            slice.writeBytes(new byte[(int) gap]);
            for (int done = 0; done < length; ) {
                int count = Math.min(length - done, SLICE_BYTES_MAX - slice.size());
                slice.write(bytes, from + done, count);
                done += count;
                if (slice.size() == SLICE_BYTES_MAX) {
                    end();
                }
            }
        }

        void end() {
            if (slice.size() > 0) {
                snapshots.uploadData(progress.snapshot(), part, begin, slice.toByteArray());
                begin += slice.size();
                slice.reset();
                progress.reached(part, begin);
                meter.at(begin);
            }
        }
    }
}

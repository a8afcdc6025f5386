package decant.server.gateway;

import decant.protocol.HashTree;
import decant.protocol.Label;
import decant.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.List;

/// A path in the tree of certified expressions: of one path of a site, or of all that begin so.
///
/// ```text
/// /a/b    http_expr a b <$>        and no other
/// /a/     http_expr a "" <*>       and whatever begins so
/// ```
/// Of all paths in the tree that fit a request, the most specific counts. So an answer under one of them must prove
/// that there is no other which is more specific; otherwise a canister's page for everything else could be shown in
/// the place of each.
record ExpressionPath(List<String> segments) {
    private static final String ROOT = "http_expr";
    private static final String EXACT = "<$>";
    private static final String WILDCARD = "<*>";
    private static final String DIRECTORY = "";

    ExpressionPath {
        segments = List.copyOf(segments);
        boolean isPath = segments.size() >= 2
                && segments.getFirst().equals(ROOT)
                && (segments.getLast().equals(EXACT) || segments.getLast().equals(WILDCARD));
        if (!isPath) {
            throw new NotCertifiedException("an expression path leads from http_expr to <$> or <*>, found " + segments);
        }
    }

    /// Proves that this is the path that counts for a request.
    ///
    /// @param requestPath the path of the request, decoded
    void require(String requestPath, HashTree tree) {
        var requested = requested(requestPath);
        var exact = path(requested, EXACT);
        if (segments.equals(exact)) {
            requireIn(tree);
            return;
        }
        if (segments.getLast().equals(EXACT)) {
            throw new NotCertifiedException("the answer is certified for the path " + segments + ", not for " + exact);
        }
        requireNotIn(tree, exact);
        var wildcards = wildcards(requested);
        int last = lastOfThoseBefore(wildcards, requested);
        wildcards.subList(0, last).forEach(wildcard -> requireNotIn(tree, wildcard));
        requireIn(tree);
    }

    private static List<String> requested(String path) {
        var requested = new ArrayList<String>();
        for (String segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                requested.add(segment);
            }
        }
        if (path.endsWith("/")) {
            requested.add(DIRECTORY);
        }
        return requested;
    }

    private static List<String> path(List<String> between, String end) {
        var path = new ArrayList<String>(between.size() + 2);
        path.add(ROOT);
        path.addAll(between);
        path.add(end);
        return path;
    }

    /// {@return all paths that a request may be answered under beside its own, the most specific first, such as those
    /// of `/a/b`: `a b <*>`, `a "" <*>`, `a <*>`, `"" <*>`}
    private static List<List<String>> wildcards(List<String> requested) {
        var wildcards = new ArrayList<List<String>>();
        var at = new ArrayList<>(requested);
        while (!at.isEmpty()) {
            wildcards.add(path(at, WILDCARD));
            boolean isDirectory = at.removeLast().equals(DIRECTORY);
            if (!isDirectory) {
                at.add(DIRECTORY);
            }
        }
        return wildcards;
    }

    /// {@return how many wildcards are more specific than this one}
    private int lastOfThoseBefore(List<List<String>> wildcards, List<String> requested) {
        int found = wildcards.indexOf(segments);
        if (found >= 0) {
            return found;
        }
        var prefix = segments.subList(1, segments.size() - 1);
        if (prefix.isEmpty()) {
            return wildcards.size();
        }
        // A directory's wildcard answers for the directory itself, too.
        boolean isOfDirectory =
                prefix.getLast().equals(DIRECTORY) && requested.equals(prefix.subList(0, prefix.size() - 1));
        if (isOfDirectory) {
            return 1;
        }
        throw new NotCertifiedException(
                "the answer is certified for paths like " + segments + ", which " + requested + " is not");
    }

    private void requireIn(HashTree tree) {
        if (!isShown(tree, labels(segments))) {
            throw new NotCertifiedException("the witness does not show the path " + segments);
        }
    }

    /// {@return whether a tree shows that there is something at a path}
    static boolean isShown(HashTree tree, List<byte[]> path) {
        try {
            return !(tree.subtree(path) instanceof HashTree.Empty);
        } catch (ProtocolException _) {
            return false;
        }
    }

    private void requireNotIn(HashTree tree, List<String> path) {
        if (!(tree.lookup(labels(path)) instanceof HashTree.Lookup.Absent)) {
            throw new NotCertifiedException("the answer is certified for paths like " + segments
                    + ", and the witness does not prove that there is nothing at " + path + ", which is more specific");
        }
    }

    /// {@return this path with more labels after it}
    List<byte[]> labels(byte[]... more) {
        var labels = labels(segments);
        labels.addAll(List.of(more));
        return labels;
    }

    private static List<byte[]> labels(List<String> texts) {
        var labels = new ArrayList<byte[]>(texts.size());
        texts.forEach(text -> labels.add(Label.of(text)));
        return labels;
    }
}

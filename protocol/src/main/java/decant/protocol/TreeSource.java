package decant.protocol;

/// What a [LabeledTree] can be made of at any time, always the same one.
///
/// A branch keeps the source, and the hash once it is known, where a tree would take more memory than its source.
public interface TreeSource {
    /// {@return the tree, a new one perhaps}
    LabeledTree toTree();
}

package decant.candid;

/// Two types of which one is asked to be a subtype of the other, compared as nodes of their descriptions.
///
/// Comparing by content would take time in the size of the types at each step of a walk; and since descriptions are
/// finite, nodes do as well: a walk meets finitely many. Two mentions of one definition count as the same node.
record TypePair(Type provided, Type required) {
    @Override
    public boolean equals(Object other) {
        return other instanceof TypePair that && same(provided, that.provided) && same(required, that.required);
    }

    @Override
    public int hashCode() {
        return 31 * hash(provided) + hash(required);
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean same(Type a, Type b) {
        return a == b || a instanceof Type.Named && a.equals(b);
    }

    private static int hash(Type type) {
        return type instanceof Type.Named named ? named.name().hashCode() : System.identityHashCode(type);
    }
}

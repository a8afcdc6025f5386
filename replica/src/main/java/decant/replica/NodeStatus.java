package decant.replica;

import decant.base.Principal;

/// What a node tells everybody about itself.
public record NodeStatus(
        byte[] rootKeyDer, Principal subnet, Principal node, long height, long timeNanos, boolean healthy) {}

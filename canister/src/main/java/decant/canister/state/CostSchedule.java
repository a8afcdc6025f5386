package decant.canister.state;

/// What a node charges its canisters: nothing, or what an application subnet of 13 nodes charges.
public enum CostSchedule {
    FREE,
    NORMAL
}

package decant.canister.state;

/// A known cause of a failed installation, and what to do about it; `code` names the cause for programs.
public record Hint(String code, String text) {}

/// A mistaken second version: it installs and serves, but its own pre_upgrade always traps, so it could never be left.
persistent actor Counter {
  var count : Nat = 0;

  system func preupgrade() {
    assert count == 0 and count == 1;
  };

  public func inc() : async Nat {
    count += 1;
    count;
  };

  public func add(n : Nat) : async Nat {
    count += n;
    count;
  };

  public query func get() : async Nat {
    count;
  };
};

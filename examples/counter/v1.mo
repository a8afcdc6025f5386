/// A counter with enhanced orthogonal persistence: its variables outlive an upgrade without any hook.
persistent actor Counter {
  var count : Nat = 0;

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

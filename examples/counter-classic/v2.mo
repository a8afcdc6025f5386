import Prim "mo:prim";

/// The named counters, repaired: `preupgrade` saves each count as the Nat it is. What the first version saved is still read.
actor Counters {
  type Counts = ?{ name : Text; var count : Nat; next : Counts };

  stable var saved : [(Text, Nat16)] = [];
  stable var savedWide : [(Text, Nat)] = [];
  transient var counts : Counts = null;

  func find(name : Text) : ?{ name : Text; var count : Nat; next : Counts } {
    var rest = counts;
    loop {
      switch rest {
        case null return null;
        case (?entry) {
          if (entry.name == name) return ?entry;
          rest := entry.next;
        };
      };
    };
  };

  func increase(name : Text, n : Nat) : Nat {
    switch (find name) {
      case (?entry) {
        entry.count += n;
        entry.count;
      };
      case null {
        counts := ?{ name; var count = n; next = counts };
        n;
      };
    };
  };

  func length() : Nat {
    var size = 0;
    var rest = counts;
    loop {
      switch rest {
        case null return size;
        case (?entry) {
          size += 1;
          rest := entry.next;
        };
      };
    };
  };

  system func preupgrade() {
    var rest = counts;
    savedWide := Prim.Array_tabulate<(Text, Nat)>(
      length(),
      func _ {
        let ?entry = rest else Prim.trap "unreachable";
        rest := entry.next;
        (entry.name, entry.count);
      },
    );
  };

  system func postupgrade() {
    var i = saved.size();
    while (i > 0) {
      i -= 1;
      let (name, count) = saved[i];
      counts := ?{ name; var count = Prim.nat16ToNat(count); next = counts };
    };
    i := savedWide.size();
    while (i > 0) {
      i -= 1;
      let (name, count) = savedWide[i];
      counts := ?{ name; var count; next = counts };
    };
    saved := [];
    savedWide := [];
  };

  public func add(name : Text, n : Nat) : async Nat {
    increase(name, n);
  };

  /// Moves part of one count to another; traps where there is not so much to move.
  public func move(from : Text, to : Text, n : Nat) : async () {
    let ?entry = find from else Prim.trap("no counter " # from);
    entry.count -= n;
    ignore increase(to, n);
  };

  public query func get(name : Text) : async Nat {
    switch (find name) {
      case (?entry) entry.count;
      case null 0;
    };
  };

  public query func size() : async Nat {
    length();
  };

  public query func total() : async Nat {
    var sum = 0;
    var rest = counts;
    loop {
      switch rest {
        case null return sum;
        case (?entry) {
          sum += entry.count;
          rest := entry.next;
        };
      };
    };
  };
};

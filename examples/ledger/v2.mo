import Map "mo:core/Map";
import Nat "mo:core/Nat";
import Nat32 "mo:core/Nat32";
import Principal "mo:core/Principal";
import Blob "mo:core/Blob";
import Runtime "mo:core/Runtime";

/// The ledger's second version: it also remembers the largest transfer.
shared ({ caller = minter }) persistent actor class Ledger(init : ?{ symbol : Text }) {
  type Account = Principal;
  type TransferResult = { #ok : Nat; #insufficientFunds : { balance : Nat } };

  let symbolText : Text = switch init {
    case (?{ symbol }) symbol;
    case null "SIP";
  };
  let balances = Map.empty<Account, Nat>();
  var supply : Nat = 0;
  var transfers : Nat = 0;
  var largest : Nat = 0;

  func balance(account : Account) : Nat {
    switch (Map.get(balances, Principal.compare, account)) {
      case (?amount) amount;
      case null 0;
    };
  };

  func credit(account : Account, amount : Nat) {
    Map.add(balances, Principal.compare, account, balance(account) + amount);
  };

  /// The owner with this number: its four bytes and a closing zero, a principal that nobody holds a key for.
  func numbered(number : Nat) : Account {
    let n = Nat32.fromNat(number);
    let (a, b, c, d) = Nat32.explode(n);
    Principal.fromBlob(Blob.fromArray([a, b, c, d, 0 : Nat8]));
  };

  /// Opens the accounts of the owners numbered from `first` on, each with `amount`; returns how many accounts there are.
  public shared ({ caller }) func open(first : Nat, count : Nat, amount : Nat) : async Nat {
    if (caller != minter) Runtime.trap("only the minter opens accounts");
    var i = 0;
    while (i < count) {
      credit(numbered(first + i), amount);
      i += 1;
    };
    supply += count * amount;
    Map.size(balances);
  };

  public shared ({ caller }) func mint(to : Account, amount : Nat) : async Nat {
    if (caller != minter) Runtime.trap("only the minter mints");
    credit(to, amount);
    supply += amount;
    balance(to);
  };

  public shared ({ caller }) func transfer(to : Account, amount : Nat) : async TransferResult {
    let available = balance(caller);
    if (available < amount) return #insufficientFunds { balance = available };
    Map.add(balances, Principal.compare, caller, (available - amount : Nat));
    credit(to, amount);
    transfers += 1;
    largest := Nat.max(largest, amount);
    #ok(balance(caller));
  };

  public query func owner(number : Nat) : async Account {
    numbered(number);
  };

  public query func balanceOf(account : Account) : async Nat {
    balance(account);
  };

  public query func accounts() : async Nat {
    Map.size(balances);
  };

  public query func total() : async Nat {
    supply;
  };

  public query func symbol() : async Text {
    symbolText;
  };

  public query func statistics() : async { transfers : Nat; largest : Nat } {
    { transfers; largest };
  };

  /// Adds the balances up anew, and mixes every owner and balance, in order, into one number.
  public query func audit() : async { accounts : Nat; sum : Nat; digest : Nat32 } {
    var accounts = 0;
    var sum = 0;
    var digest : Nat32 = 2_166_136_261;
    for ((account, amount) in Map.entries(balances)) {
      accounts += 1;
      sum += amount;
      digest := (digest ^ Principal.hash(account)) *% 16_777_619;
      digest := (digest ^ Nat32.fromNat(amount % 4_294_967_296)) *% 16_777_619;
    };
    { accounts; sum; digest };
  };
};

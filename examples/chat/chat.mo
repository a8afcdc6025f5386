import Array "mo:core/Array";
import Principal "mo:core/Principal";
import Text "mo:core/Text";
import Timer "mo:core/Timer";

/// One side of a conversation. Two canisters of this module call each other; a timer writes the answers.
persistent actor class Chat(name : Text) {
  type Line = { from : Text; text : Text };
  type Peer = actor {
    hear : shared Line -> async Nat;
  };
  type Lines = ?(Line, Lines);

  var peer : ?Peer = null;
  var heard : [Line] = [];
  var unanswered : Lines = null;
  var undelivered : Nat = 0;
  transient var answering : Bool = false;

  func appended(lines : [Line], line : Line) : [Line] {
    let size = lines.size();
    Array.tabulate<Line>(size + 1, func i = if (i < size) lines[i] else line);
  };

  /// A timer does not outlive its module, so whoever still waits for an answer gets a new one.
  system func postupgrade() {
    if (unanswered != null) ignore Timer.setTimer<system>(#seconds 1, answer);
  };

  /// Introduces the canister at the other end.
  public func meet(other : Principal) : async () {
    peer := ?(actor (Principal.toText(other)) : Peer);
  };

  /// Says a line to the peer; returns how many lines the peer has heard, or null if it did not hear this one.
  public func say(text : Text) : async ?Nat {
    await* deliver { from = name; text };
  };

  /// Hears a line and returns how many it has heard. A question is answered a second later.
  public func hear(line : Line) : async Nat {
    heard := appended(heard, line);
    if (Text.endsWith(line.text, #char '?')) {
      unanswered := ?(line, unanswered);
      ignore Timer.setTimer<system>(#seconds 1, answer);
    };
    heard.size();
  };

  public query func lines() : async [Line] {
    heard;
  };

  public query func status() : async { name : Text; heard : Nat; undelivered : Nat; answering : Bool } {
    { name; heard = heard.size(); undelivered; answering };
  };

  func deliver(line : Line) : async* ?Nat {
    let ?other = peer else return null;
    try {
      ?(await other.hear(line));
    } catch _ {
      undelivered += 1;
      null;
    };
  };

  func answer() : async () {
    answering := true;
    let waiting = unanswered;
    unanswered := null;
    var rest = waiting;
    label all loop {
      let ?(line, others) = rest else break all;
      ignore await* deliver { from = name; text = "You asked: " # line.text };
      rest := others;
    };
    answering := false;
  };
};

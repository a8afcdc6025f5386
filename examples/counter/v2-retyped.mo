/// A mistaken second version: it takes the count for a text, which no count that was stored as a number is.
persistent actor Counter {
  var count : Text = "";

  public func inc() : async Text {
    count #= "|";
    count;
  };

  public query func get() : async Text {
    count;
  };
};

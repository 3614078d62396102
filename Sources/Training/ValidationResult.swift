import Torch

/// What the validation batches of one epoch came to.
struct ValidationResult {
  private var both: [Int]
  private var all: [Int]
  private var lossSum = 0.0
  private var batches = 0

  init(classes: Int) {
    both = [Int](repeating: 0, count: classes)
    all = both
  }

  /// Adds a part of a batch, with what it adds to the batch's loss.
  mutating func add(_ counts: (both: [Int], predicted: [Int], expected: [Int]), loss: Double) {
    for c in both.indices {
      both[c] += counts.both[c]
      all[c] += counts.predicted[c] + counts.expected[c]
    }
    lossSum += loss
  }

  /// Adds what the other processes found in their shares of this many batches.
  mutating func sum(over group: ProcessGroup, batches: Int) throws(TorchError) {
    self.batches = batches
    let sums = try group.sum((both + all).map(Double.init) + [lossSum])
    for c in both.indices {
      both[c] = Int(sums[c])
      all[c] = Int(sums[both.count + c])
    }
    lossSum = sums[2 * both.count]
  }

  /// The Dice of each class but background over all patches together: nnU-Net's «pseudo Dice».
  var dice: [Double?] {
    zip(both, all).dropFirst().map { $1 == 0 ? nil : 2 * Double($0) / Double($1) }
  }

  /// The mean of those that there are.
  var meanDice: Double? {
    let values = dice.compactMap { $0 }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  var meanLoss: Double? { batches == 0 ? nil : lossSum / Double(batches) }
}

/// How long an epoch takes, and how much of it the network waits for batches.
struct EpochClock {
  private let start = ContinuousClock.now
  private var waited = Duration.zero

  mutating func waiting<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let begin = ContinuousClock.now
    defer { waited += begin.duration(to: .now) }
    return try body()
  }

  var seconds: Double { start.duration(to: .now) / .seconds(1) }
  var waitingShare: Double { seconds > 0 ? (waited / .seconds(1)) / seconds : 0 }
}

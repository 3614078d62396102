import Foundation

/// How weights follow their gradients.
public struct OptimizerPlan: Codable, Hashable, Sendable {
  /// Which rule.
  public enum Rule: String, Codable, Hashable, Sendable, CaseIterable {
    /// Stochastic gradient descent with Nesterov's momentum and a polynomial decay of the rate.
    case sgd
    /// AdamW with a cosine decay of the rate after a linear warm-up.
    case adamW
  }

  /// Which rule.
  public var rule: Rule
  /// The learning rate at its highest.
  public var learningRate: Double
  /// Weight decay.
  public var weightDecay: Double
  /// The momentum of gradient descent.
  public var momentum: Double
  /// The exponent of the polynomial decay.
  public var decayExponent: Double
  /// The share of the iterations over which AdamW's rate grows from 0.
  public var warmUpShare: Double
  /// The gradients' norm is kept at or below this.
  public var largestGradientNorm: Double
  /// The decay of the average of the weights that is kept beside them; `nil` keeps none.
  public var averageDecay: Double?

  /// An optimizer; by default nnU-Net's.
  public init(
    rule: Rule = .sgd,
    learningRate: Double = 1e-2,
    weightDecay: Double = 3e-5,
    momentum: Double = 0.99,
    decayExponent: Double = 0.9,
    warmUpShare: Double = 0.02,
    largestGradientNorm: Double = 12,
    averageDecay: Double? = nil
  ) {
    self.rule = rule
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.decayExponent = decayExponent
    self.warmUpShare = warmUpShare
    self.largestGradientNorm = largestGradientNorm
    self.averageDecay = averageDecay
  }

  /// The learning rate of one of `count` steps: nnU-Net's `PolyLRScheduler`, or for AdamW half a
  /// cosine (Loshchilov and Hutter, ICLR 2017).
  public func learningRate(step: Int, of count: Int) -> Double {
    let done = Double(step) / Double(max(1, count))
    switch rule {
    case .sgd:
      return learningRate * pow(max(0, 1 - done), decayExponent)
    case .adamW:
      if done < warmUpShare {
        return learningRate * (done + 1 / Double(max(1, count))) / warmUpShare
      }
      let share = (done - warmUpShare) / max(1e-9, 1 - warmUpShare)
      return learningRate * 0.5 * (1 + cos(Double.pi * min(1, share)))
    }
  }
}

/// What the loss is multiplied by in half precision, so that small gradients do not vanish.
///
/// Halved where a gradient overflows (that step is left out), doubled after 2000 steps without.
/// - SeeAlso: Micikevicius et al., ICLR 2018; the numbers are PyTorch's `GradScaler`'s.
struct LossScale: Codable, Hashable {
  /// The factor.
  private(set) var factor = 65_536.0
  /// Steps since it last changed.
  private(set) var steadySteps = 0

  /// Takes notice of a step's gradients.
  mutating func update(isFinite: Bool) {
    guard isFinite else {
      (factor, steadySteps) = (max(factor / 2, 1.0 / 65_536), 0)
      return
    }
    steadySteps += 1
    if steadySteps == 2000 { (factor, steadySteps) = (min(factor * 2, 0x1p60), 0) }
  }
}

public import Volumes

/// Why contours of several observers have no consensus.
public enum ConsensusError: Error, Hashable {
  /// A consensus takes two observers or more.
  case tooFewObservers(found: Int)
  /// More observers than can be counted.
  case tooManyObservers(found: Int, most: Int)
  /// An observer's contour lies on another grid than the first one's; observers count from 1.
  case gridMismatch(observer: Int, GridMismatch)
}

extension ConsensusError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .tooFewObservers(let found):
      "A consensus takes at least two observers; \(found == 1 ? "one is" : "\(found) are") given."
    case .tooManyObservers(let found, let most):
      "A consensus takes at most \(most) observers; \(found) are given."
    case .gridMismatch(let observer, let mismatch):
      "Observer \(observer) and observer 1: \(mismatch)"
    }
  }
}

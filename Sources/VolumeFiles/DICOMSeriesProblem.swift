/// stub
public enum DICOMSeriesProblem: Error, Hashable, Sendable, CustomStringConvertible {
  case x; public var description: String { "" }
}

public import Foundation

/// What an object says of the program that made it, and of when.
public struct ObjectOrigin: Sendable {
  /// Manufacturer's Model Name: the program.
  public var program: String
  /// Software Versions.
  public var version: String
  /// How the structures came about; up to 1024 characters.
  public var description: String
  /// When.
  public var date: Date
  /// The UIDs of the new series and object.
  public var identifiers: UniqueIdentifiers

  /// An origin; by default now, with UIDs of its own.
  public init(
    program: String = "Delineate",
    version: String,
    description: String = "",
    date: Date = Date(),
    identifiers: UniqueIdentifiers = UniqueIdentifiers()
  ) {
    self.program = program
    self.version = version
    self.description = description
    self.date = date
    self.identifiers = identifiers
  }
}

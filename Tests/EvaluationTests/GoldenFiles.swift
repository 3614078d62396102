import Foundation
import Testing

/// A golden file as a value.
func golden<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
  let url = try #require(
    Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden")
  )
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

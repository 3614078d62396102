import DICOMNode
import DICOMStudies
import Foundation
import Testing

@Suite("A node's configuration")
struct NodeConfigurationTests {
  private static let sound = """
    {"title": "DELINEATE", "port": 11112, "queue": "queue", "callers": ["CT_1", "MR"],
     "peers": [{"title": "PACS", "host": "localhost", "port": 104}],
     "rules": [{"name": "neck", "from": ["CT*"], "modality": "CT", "description": "*neck*",
                "model": "hn-ct", "sendTo": "PACS"}]}
    """

  @Test("A sound one is read; the first rule that fits a caller is followed")
  func sound() throws {
    let configuration = try NodeConfiguration(json: Data(Self.sound.utf8))
    #expect(configuration.title == "DELINEATE")
    #expect(configuration.peer(titled: "PACS")?.port == 104)
    func rule(_ caller: String, _ modality: String, _ description: String) -> String? {
      configuration.rule(caller: caller) { wanted, pattern in
        wanted == modality && pattern.map { matches(description, pattern: $0) } ?? true
      }?.name
    }
    #expect(rule("CT_1", "CT", "Head and Neck 2mm") == "neck")
    #expect(rule("MR", "CT", "Head and Neck 2mm") == nil)
    #expect(rule("CT_1", "CT", "Thorax") == nil)
  }

  @Test(
    "A star stands for any letters, and case does not count",
    arguments: [
      ("", "", true), ("a", "", false), ("", "*", true), ("abc", "*", true), ("ABC", "a*c", true),
      ("abc", "a*b", false), ("abcabd", "*ab*d", true), ("aaab", "*a*b", true),
      ("ab", "a*b*", true),
      ("neck", "*head*", false),
    ]
  )
  func patterns(text: String, pattern: String, expected: Bool) {
    #expect(matches(text, pattern: pattern) == expected)
  }

  @Test(
    "What is not sound is refused with a sentence that names it",
    arguments: [
      ("[]", "[]", NodeConfigurationError.notAnObject),
      ("\"port\": 11112", "\"port\": 0", .outOfRange("port", "1 to 65535")),
      ("\"port\": 11112", "\"port\": \"x\"", .wrongType("port")),
      ("\"port\": 11112, ", "", .missing("port")),
      ("\"port\": 11112", "\"port\": 11112, \"colour\": 1", .unknown("colour")),
      ("\"name\": \"neck\"", "\"name\": \"neck\", \"modle\": 1", .unknown("rules: modle")),
      ("\"model\": \"hn-ct\", ", "", .missing("rules: 1: model")),
      ("\"DELINEATE\"", "\"A TITLE THAT IS TOO LONG\"", .badTitle("A TITLE THAT IS TOO LONG")),
      ("\"DELINEATE\"", "\"\"", .badTitle("")),
      ("[\"CT_1\", \"MR\"]", "[]", .missing("callers")),
      (
        ", \"sendTo\": \"PACS\"", "", .unknownPeer(rule: "neck", title: "CT_1")
      ),
      (
        "\"port\": 11112", "\"port\": 11112, \"attempts\": 0",
        .outOfRange("attempts", "1.0 to 1000.0")
      ),
    ]
  )
  func refusals(part: String, other: String, expected: NodeConfigurationError) {
    let json = part == "[]" ? "[]" : Self.sound.replacing(part, with: other)
    let error = #expect(throws: NodeConfigurationError.self) {
      try NodeConfiguration(json: Data(json.utf8))
    }
    #expect(error == expected)
    #expect(error.map { "\($0)".hasSuffix(".") } == true)
  }
}

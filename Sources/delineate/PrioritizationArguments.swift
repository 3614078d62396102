import Anatomy
import ArgumentParser
import Foundation
import Segmentation

/// Which organs `segment` contours first.
struct PrioritizationArguments: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Look at the scan coarsely first, and run windows only where organs may be.",
      discussion: "Needs the model's scout, which «delineate scout» makes."
    )
  )
  var prioritize = false

  @Option(
    help: ArgumentHelp(
      "With --prioritize: when the contours must be there, such as 15min or 90s.",
      discussion: """
        The most important organs come first. What is left when time runs out gets the scout's \
        coarse contour and says so in its name (Parotid_L^coarse) and in the report.
        """,
      valueName: "time"
    )
  )
  var deadline: TimeAmount?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("With --prioritize: the only structures to contour.", valueName: "name")
  )
  var structures: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --prioritize: a JSON file of what comes first, {\"salivary\": 1, \"OpticChiasm\": 2}.",
      valueName: "file"
    ),
    completion: .file(extensions: ["json"])
  )
  var priorities: String?

  func validate() throws {
    guard !prioritize else { return }
    for (name, isGiven) in [
      ("deadline", deadline != nil), ("structures", !structures.isEmpty),
      ("priorities", priorities != nil),
    ] where isGiven {
      throw ValidationError("--\(name) needs --prioritize.")
    }
  }

  /// What the arguments say; `nil` without --prioritize.
  func prioritization() throws -> Prioritization? {
    guard prioritize else { return nil }
    var order = RegionPriorities()
    if let priorities {
      guard let data = try? Data(contentsOf: URL(filePath: priorities)) else {
        throw CommandError.missing(priorities)
      }
      order = try RegionPriorities(json: data)
    }
    return Prioritization(
      deadline: deadline?.seconds,
      structures: structures,
      priorities: order
    )
  }
}

import ArgumentParser
import Foundation
import Registration
import Segmentation

/// `delineate challenge hanseg`: CT and T1 MR in, label maps of the 30 organs out.
struct ChallengeHaNSeg: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hanseg",
    abstract: "Answer the HaN-Seg challenge: 30 organs on the CT's grid.",
    discussion: """
      Reads INPUT/images/ct/* and INPUT/images/t1-mri/*, paired by their place in natural order; \
      writes OUTPUT/images/head_neck_oar/NAME, the CT's name with _seg for _CT (compressed 8-bit, the \
      CT's grid, labels 0 to 30), and OUTPUT/results.json. The model's structures get HaN-Seg's \
      numbers by their names; those that it does not have stay empty, as standard error tells. The MR \
      is registered with the CT first. Where it is missing, cannot be used, or its registration \
      failed, a model that was also trained without contours the CT alone, and error_messages in \
      results.json says so.

      EXAMPLES
        In the container, where the folders are at the root:
          delineate challenge hanseg --model /opt/delineate/model
        Within the challenge's 15 minutes, the most important organs first:
          delineate challenge hanseg --model /opt/delineate/model --prioritize --deadline 13min
        To try it out:
          delineate challenge hanseg --model model --input test/input --output test/output
      """
  )

  @OptionGroup var arguments: ChallengeArguments

  @Option(help: "How the MR is laid on the CT: rigid, affine or bspline.")
  var register = RegistrationKind.rigid

  func run() async throws {
    var settings = try arguments.settings()
    settings.registration = register
    let container = HaNSegContainer(
      input: URL(filePath: arguments.input),
      output: URL(filePath: arguments.output)
    )
    let entries = try await arguments.run { [settings] service, report, progress in
      try await container.run(settings, on: service, report: report, progress: progress)
    }
    for name in entries.flatMap(\.outputs).map(\.filename) { print("Wrote \(name)") }
  }
}

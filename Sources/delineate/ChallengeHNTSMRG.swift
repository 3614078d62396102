import ArgumentParser
import Foundation
import Segmentation

/// `delineate challenge hntsmrg`: T2 MR in, primary tumor and lymph nodes out.
struct ChallengeHNTSMRG: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hntsmrg",
    abstract: "Answer the HNTS-MRG 2024 challenge: tumors on T2-weighted MR.",
    discussion: """
      Task 1 reads INPUT/images/pre-rt-t2w-head-neck; task 2 reads mid-rt-t2w-head-neck and, for \
      models that earlier contours guide, registered-pre-rt-head-neck and \
      registered-pre-rt-head-neck-segmentation, and contours as adapt does. One patient a run. Writes \
      OUTPUT/images/mri-head-neck-segmentation/output.mha (compressed 8-bit; 1 GTVp, 2 GTVn).

      EXAMPLES
        In the container, where the folders are at the root:
          delineate challenge hntsmrg --task 1 --model /opt/delineate/model
        To try it out:
          delineate challenge hntsmrg --task 2 --model model --input test/input --output test/output
      """
  )

  @Option(help: "1 before radiotherapy, 2 in its middle.")
  var task: Int

  @OptionGroup var arguments: ChallengeArguments

  func validate() throws {
    guard HNTSMRGContainer.Task(rawValue: task) != nil else {
      throw ValidationError("--task must be 1 or 2.")
    }
  }

  func run() async throws {
    let container = HNTSMRGContainer(
      task: HNTSMRGContainer.Task(rawValue: task) ?? .preRT,
      input: URL(filePath: arguments.input),
      output: URL(filePath: arguments.output)
    )
    let settings = try arguments.settings()
    let written = try await arguments.run { service, report, progress in
      try await container.run(settings, on: service, report: report, progress: progress)
    }
    print("Wrote \(written.lastPathComponent)")
  }
}

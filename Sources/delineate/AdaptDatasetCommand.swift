import Adaptation
import ArgumentParser
import Foundation
import Segmentation

/// `delineate adapt dataset`: training data of an adaptive network.
struct AdaptDatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Make training data from patients at two time points.",
    discussion: """
      Reads HNTS-MRG's layout, and writes nnU-Net's, so that plan, preprocess and train go on from \
      there. A channel is T2, T2_prior, gradient, gradient_paper, gradient_delineate, mask_prior or \
      mask_prior_STRUCTURE. Where no channel shows the earlier contours themselves, earlier scans \
      become samples too (IDpre); they only train.

      EXAMPLES
        delineate phantom --adaptive --cases 40 --size tiny --output patients
        delineate adapt dataset patients --output raw --channels T2 gradient_delineate
        delineate adapt dataset patients --output masks \\
          --channels T2 gradient_delineate mask_prior_GTVp mask_prior_GTVn
      """
  )

  @Argument(help: "HNTS-MRG's folder.", completion: .directory)
  var patients: String

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @Option(parsing: .upToNextOption, help: "What the network sees; T2 comes first.")
  var channels = ["T2", "gradient_delineate"]

  @Option(help: "What the boxes' margins are drawn from.")
  var seed: UInt64 = 0

  func validate() throws {
    guard channels.first == "T2" else {
      throw ValidationError("--channels must begin with T2.")
    }
    guard Set(channels).count == channels.count else {
      throw ValidationError("--channels names one twice.")
    }
  }

  func run() throws {
    let folder = URL(filePath: patients)
    guard folder.isFolder else { throw CommandError.missing(patients) }
    let seen = try channels.map { name in
      guard let channel = AdaptationChannel(named: name) else {
        throw AdaptationError.unknownChannel(name: name)
      }
      return channel
    }
    let dataset = AdaptiveDataset(source: folder, channels: seen, seed: seed)
    let (count, samples) = try dataset.write(to: URL(filePath: output)) {
      if StatusLine.isTerminal { StatusLine.write("\r\($0)    ") }
    }
    if StatusLine.isTerminal { StatusLine.write("\r") }
    print("Wrote \(samples) samples of \(count) patients to \(output)")
    print("Next: delineate plan \(output) --output work")
  }
}

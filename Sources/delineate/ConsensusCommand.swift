public import ArgumentParser
import Anatomy
import Datasets
import Evaluation
import Foundation

/// `delineate consensus`: the contours of several observers in, one out.
struct ConsensusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consensus",
    abstract: "Find the consensus of several observers' contours: majority vote or STAPLE.",
    discussion: """
      An INPUT is one observer's label map, .seg.nrrd or folder: of masks, of label maps or of \
      cases. Structures are matched by their names in any spelling, cases by theirs. Who has no \
      file, segment or label of a structure takes no part in it; a contour without voxels votes \
      against every voxel. Half of the votes are not a majority. STAPLE is Warfield's, as ITK \
      computes it over the whole grid.

      OUTPUT is a label map (.nii.gz, .nrrd, .mha; .seg.nrrd keeps names) for one case; else a \
      folder with a mask for each structure, of several cases with a folder for each. In a label \
      map, a voxel that several structures claim goes to the smallest.

      EXAMPLES
        The majority of three label maps:
          delineate consensus anna.nii.gz ben.nii.gz carla.nii.gz --output majority.seg.nrrd \\
            --labels hanseg
        STAPLE of folders with a mask for each organ:
          delineate consensus oncologist/p1 radiographer/p1 --method staple --output staple/p1
        All cases of two observers, with names for the tables:
          delineate consensus A=observer1 B=observer2 C=observer3 --output consensus --json
      """
  )

  @Argument(
    help: ArgumentHelp(
      "An observer's label map or folder; NAME=PATH gives the observer a name.",
      valueName: "input"
    ),
    completion: .file()
  )
  var inputs: [String]

  @Option(help: "How contours become one: majority or staple.")
  var method = ConsensusMethod.majority

  @Option(help: "The least probability of a voxel in STAPLE's consensus.")
  var threshold: Double?

  @Option(
    help: ArgumentHelp(
      "What the numbers of label maps stand for: hanseg, openkbp, hntsmrg, or a JSON file.",
      valueName: "scheme"
    )
  )
  var labels: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The only structures to find, in any spelling.", valueName: "name")
  )
  var structures: [String] = []

  @Option(help: "A label map, or a folder for masks.", completion: .file())
  var output: String

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func validate() throws {
    if threshold != nil && method != .staple {
      throw ValidationError("--threshold is STAPLE's; write --method staple.")
    }
  }

  func run() throws {
    var request = ConsensusRequest(observers: try observers())
    request.method = method
    request.threshold = threshold ?? request.threshold
    request.structures = structures
    request.labels = try labelScheme(named: labels)
    try request.check()
    let names = request.caseNames
    let outputs = try ConsensusOutputs(output, isSingleCase: names.count == 1)
    var text = ConsensusText()
    for name in names {
      let consensus = try request.consensus(of: name)
      guard !consensus.structures.isEmpty else {
        if names.count == 1 { throw ConsensusRequestError.nothingInCommon }
        text.add(consensus, written: nil)
        continue
      }
      text.add(consensus, written: try outputs.write(consensus))
    }
    guard !text.isEmpty else { throw ConsensusRequestError.nothingInCommon }
    print(try json ? text.json() : text.text)
  }

  /// The observers; each goes by the name given, or else by what tells the paths apart.
  private func observers() throws -> [ConsensusRequest.Observer] {
    let named = inputs.map(NamedPath.split)
    let own = NamedPath.distinguishing(named.map(\.path))
    return try zip(named, own).map { argument, own in
      ConsensusRequest.Observer(
        name: argument.name ?? own,
        library: try StructureLibrary(at: URL(filePath: argument.path))
      )
    }
  }
}

/// The scheme that `--labels` asks for: a known one by its name, or a JSON file.
private func labelScheme(named name: String?) throws -> LabelScheme? {
  guard let name else { return nil }
  if let known = LabelScheme(named: name) { return known }
  guard FileManager.default.fileExists(atPath: name) else { throw CommandError.missing(name) }
  return try LabelScheme(json: Data(contentsOf: URL(filePath: name)))
}

extension ConsensusMethod: ExpressibleByArgument {}

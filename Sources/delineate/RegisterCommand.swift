public import ArgumentParser
import Foundation
import Registration
import VolumeFiles
import Volumes

/// `delineate register`: a moving scan is laid on a fixed one.
struct RegisterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register",
    abstract: "Align one scan of a patient with another: MR with CT, or MR with MR.",
    discussion: """
      Rigid, affine or B-spline registration by mutual information (elastix), from whatever place \
      the headers give. OUTPUT receives registered.nii.gz (the moving scan on the fixed grid), \
      transform.tfm (from points of the fixed to points of the moving scan, ITK's format), \
      verdict.json, overlay.png and report.html. The verdict is trusted, doubtful or failed, with \
      reasons; after a failed registration the files are there to look at and the exit status is 3.

      EXAMPLES
        An MR onto the planning CT, for contours to be drawn on both:
          delineate register --fixed ct.nii.gz --moving mr.nii.gz --output aligned
        With a deformation, for a neck that is bent otherwise, and the MR's contours carried along:
          delineate register --fixed ct.nii.gz --moving mr.nii.gz --kind bspline \\
            --apply mr_contours.nii.gz --output aligned
        Start where another program ended, and keep the displacements for a third:
          delineate register --fixed ct/ --moving mr/ --initial start.tfm \\
            --formats tfm elastix field --output aligned
      """
  )

  @Option(help: "The scan that keeps its grid: a file or a DICOM folder.", completion: .file())
  var fixed: String

  @Option(help: "The scan to align with it: a file or a DICOM folder.", completion: .file())
  var moving: String

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @Option(help: "How far the moving scan may be bent: rigid, affine or bspline.")
  var kind: RegistrationKind = .rigid

  @Option(help: "A linear transform to try first: .tfm or elastix's .txt.", completion: .file())
  var initial: String?

  @Option(help: "Where the fixed scan counts: a mask on its grid.", completion: .file())
  var mask: String?

  @Option(help: "Where the moving scan counts: a mask on its grid.", completion: .file())
  var movingMask: String?

  @Option(
    parsing: .upToNextOption,
    help: "Label maps on the moving scan to carry along.",
    completion: .file()
  )
  var apply: [String] = []

  @Option(help: "How carried label maps are read between voxels: nearest or probability.")
  var labels: LabelInterpolation = .probability

  @Option(help: "How the moving scan is read between voxels: linear or cubic.")
  var interpolation: ScanInterpolation = .linear

  @Option(help: "The value of what the moving scan does not show; its smallest one by default.")
  var outside: Float?

  @Option(parsing: .upToNextOption, help: "How the transform is written: tfm, elastix, field.")
  var formats: [TransformFormat] = [.tfm]

  @Option(help: "The number of processor threads; all cores by default.")
  var threads: Int?

  @Flag(help: "Print the verdict as JSON.")
  var json = false

  @Flag(help: "Print nothing but errors, and JSON where asked for.")
  var quiet = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    if let outside, !outside.isFinite { throw ValidationError("--outside must be a number.") }
  }

  func run() throws {
    let outputs = RegisterOutputs(folder: URL(filePath: output), command: self)
    try outputs.check()
    var request = RegistrationRequest(
      fixed: try readVolume(at: URL(filePath: fixed)),
      moving: try readVolume(at: URL(filePath: moving)),
      kind: kind
    )
    request.initial = try initial.map(readStart)
    request.fixedMask = try mask.map(readBooleans)
    request.movingMask = try movingMask.map(readBooleans)
    request.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let carried = try outputs.readLabels(onto: request.moving.grid)
    let result = try registered(request)
    let files = try outputs.write(result, request, labels: carried)
    show(result, files: files)
    if result.verdict.judgment == .failed { throw ExitCode(3) }
  }

  /// Registers, and stops with its child process where a person or the system asks for it.
  private func registered(_ request: RegistrationRequest) throws -> RegistrationResult {
    let line = RegistrationLine(isQuiet: quiet)
    defer { line.finish() }
    do throws(RegistrationError) {
      return try Interruption.cancellable { isCancelled throws(RegistrationError) in
        try register(request, progress: { line.show($0) }, isCancelled: isCancelled)
      }
    } catch {
      guard error == .cancelled else { throw error }
      throw ExitCode(128 + (Interruption.signal ?? SIGINT))
    }
  }

  private func readStart(_ path: String) throws -> LinearTransform {
    guard let linear = try readTransform(at: URL(filePath: path)).linear else {
      throw ValidationError("--initial \(path): a rigid or affine transform is expected.")
    }
    guard linear.isRigid(within: 0.05) else {
      throw ValidationError("--initial \(path): the transform must be nearly rigid.")
    }
    return linear
  }

  private func readBooleans(_ path: String) throws -> Mask {
    try readLabelMap(at: URL(filePath: path)).labelMap.map { $0 != 0 }
  }

  private func show(_ result: RegistrationResult, files: [URL]) {
    if json, let text = try? jsonText(result.verdict) { print(text) }
    guard !quiet else { return }
    let verdict = result.verdict
    var lines = ["Registration \(verdict.judgment.rawValue)."] + verdict.reasons
    let m = verdict.measures
    lines.append(
      "Moved by \(m.translation.text(digits: 1)) mm and \(m.rotationInDegrees.text(digits: 1))°; "
        + "similarity \(m.similarityBefore.text(digits: 3)) before, "
        + "\(m.similarityAfter.text(digits: 3)) after; "
        + "\((100 * m.overlap).text(digits: 0)) % of the body shown."
    )
    lines += files.map { "Wrote \($0.relativePath)" }
    // JSON has standard output to itself.
    FileHandle(fileDescriptor: json ? STDERR_FILENO : STDOUT_FILENO)
      .write(Data((lines.joined(separator: "\n") + "\n").utf8))
  }
}

/// A transform's format, as the command line names it.
enum TransformFormat: String, CaseIterable, ExpressibleByArgument {
  /// ITK's text.
  case tfm
  /// Elastix's parameter files.
  case elastix
  /// A displacement per voxel of the fixed grid.
  case field

  /// The file's name in the output folder.
  var fileName: String {
    switch self {
    case .tfm: "transform.tfm"
    case .elastix: "TransformParameters.txt"
    case .field: "displacement.nii.gz"
    }
  }
}

extension RegistrationKind: ExpressibleByArgument {}
extension LabelInterpolation: ExpressibleByArgument {}
extension ScanInterpolation: ExpressibleByArgument {}

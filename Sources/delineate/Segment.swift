import ArgumentParser
import Foundation
import Inference
import Models
import Registration
import Segmentation

/// `delineate segment`: a scan and a model in, contours out.
struct Segment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Contour a patient's scan with a trained model.",
    discussion: """
      The scan is a NIfTI, NRRD or MetaImage file, or a folder or archive (.zip, .tar, .tar.gz) of \
      DICOM slices; the model is a \
      folder or zip file as nnU-Net v2 writes it, one that import-model wrote, or the name of one \
      that ships with the program. The label map \
      has the scan's grid; its ending decides the format, and .seg.nrrd carries the structures' \
      names. Of a DICOM series, a name ending in .dcm makes an RT structure set. A folder of files in nnU-Net's naming (CASE_0000.nii.gz) runs case by case into an \
      output folder.

      EXAMPLES
        One CT, with pictures and a report to look at:
          delineate segment ct.nii.gz --model model --output labels.nii.gz \\
            --overlay pictures --report case.html
        A DICOM series, into a file that 3D Slicer opens with names and colors:
          delineate segment series/ --model model --output labels.seg.nrrd
        A DICOM series, into an RT structure set for the planning system:
          delineate segment series/ --model model --output rtstruct.dcm
        One file for each structure:
          delineate segment ct.nii.gz --model model --output masks --separate
        A model with two channels:
          delineate segment CT=ct.nii.gz MR_T1=mr.nrrd --model model \\
            --output labels.nii.gz
        A CT and an MR that was taken in another pose, laid on the CT first:
          delineate segment CT=ct.nrrd MR_T1=mr.nrrd --model model --register rigid \\
            --output organs.seg.nrrd --report case.html
        The same, and what an M3-Net's own registration adds to the rigid one:
          delineate segment CT=ct.nrrd MR_T1=mr.nrrd --model hn-ctmr-30 --register rigid \\
            --registered aligned --output organs.seg.nrrd
        M3-Net's models take the CT, the MR, or both:
          delineate segment CT=ct.nii.gz --model m3 --output labels.nii.gz
        All cases of a folder, fast, with a record of each run:
          delineate segment imagesTs --model model --output labels --precision bf16 \\
            --window-placement body --json > runs.jsonl
      """
  )

  @Argument(
    help: ArgumentHelp(
      "A scan, or NAME=SCAN for each channel of the model, or a folder of cases.",
      valueName: "input"
    ),
    completion: .file()
  )
  var inputs: [String]

  @Option(
    help: "The trained model: a folder, a zip file, or a name that «delineate models» lists.",
    completion: .file()
  )
  var model: String

  @Option(
    help: "The label map or RT structure set (.dcm) to write, or a folder of label maps.",
    completion: .file()
  )
  var output: String

  @Option(help: "Lay the other scans on the first one before: rigid, affine or bspline.")
  var register: RegistrationKind?

  @Option(
    help: ArgumentHelp(
      "A folder for an M3-Net's own registration: the other scan on the first, and the map.",
      discussion:
        "As register writes them: registered.nii.gz and displacement.nii.gz, with --register's map in it.",
      valueName: "folder"
    ),
    completion: .directory
  )
  var registered: String?

  @Flag(help: "Write one mask per structure into the folder OUTPUT.")
  var separate = false

  @Option(help: "A folder for pictures of the contours over the scan.", completion: .directory)
  var overlay: String?

  @Option(help: "An HTML report to write; for a folder of cases, a folder.", completion: .file())
  var report: String?

  @OptionGroup(title: "How the network runs") var inference: InferenceArguments

  @Flag(help: "Leave label maps as the network gives them: no rule of the model's is followed.")
  var noPostprocessing = false

  @Option(
    help: ArgumentHelp(
      "Folds, mirroring and step by the scan's size: chb-quantif, or a JSON file of rules.",
      valueName: "policy"
    )
  )
  var policy: String?

  @Option(help: "Windows everywhere as nnU-Net places them, or only where the patient's body is.")
  var windowPlacement: WindowPlacement = .nnunet

  @Option(help: "A folder for each structure's probabilities.", completion: .directory)
  var probabilities: String?

  @OptionGroup(title: "Priorities") var priorities: PrioritizationArguments

  @Option(help: "The DICOM series to read: its UID, its number or a modality.")
  var series: String?

  @OptionGroup(title: "RT structure sets") var contours: StructureSetArguments

  @Flag(help: "Print the record of the run as JSON; a line each for a folder of cases.")
  var json = false

  @Flag(help: "Print nothing but errors, and JSON where asked for.")
  var quiet = false

  func validate() throws {
    if priorities.prioritize, probabilities != nil {
      throw ValidationError("--probabilities needs all windows; it does not go with --prioritize.")
    }
    if priorities.prioritize, registered != nil {
      throw ValidationError("--registered needs all windows; it does not go with --prioritize.")
    }
  }

  func run() async throws {
    let place = try modelLocation(named: model)
    let plan = try inspectModel(at: place).plan
    let scans = try ScanArguments(inputs, plan: plan)
    var outputs = SegmentOutputs(
      output: URL(filePath: output),
      separate: separate,
      overlay: overlay.map { URL(filePath: $0) },
      report: report.map { URL(filePath: $0) },
      registered: registered.map { URL(filePath: $0) },
      isBatch: scans.isBatch,
      fileEnding: plan.fileEnding
    )
    if output.lowercased().hasSuffix(".dcm") {
      guard let folder = scans.structureSetFolder, !separate else {
        throw CommandError.noSeriesForStructureSet(output)
      }
      outputs.structureSet = (
        folder, try contours.export(model: "", threads: inference.network.threads)
      )
    }
    try outputs.check()
    let service = SegmentationService()
    let policy = try policy.map { name throws(SegmentationError) in try InferencePolicy(name) }
    let prioritization = try priorities.prioritization()
    let requests = scans.cases.map { scan in
      var request = request(for: scan, model: place)
      request.policy = policy
      request.prioritization = prioritization
      return request
    }
    for (index, scan) in scans.cases.enumerated() {
      let progress = ProgressLine(case: scans.isBatch ? scan.name : nil, isQuiet: quiet)
      defer { progress.finish() }
      let result = try await service.segment(
        requests[index],
        next: requests.dropFirst(index + 1).first
      ) { progress.show($0) }
      progress.finish()
      try show(try outputs.write(result, of: scan.name), isBatch: scans.isBatch)
    }
  }

  private func request(for scan: ScanArguments.Case, model: URL) -> SegmentationRequest {
    var request = inference.request(for: scan.channels, by: model, placement: windowPlacement)
    request.series = series
    request.probabilitiesFolder = probabilities.map { URL(filePath: $0) }
    request.postprocessing = !noPostprocessing
    request.missingChannels = scan.missing
    request.registration = register
    request.findsRegistration = registered != nil
    return request
  }

  private func show(_ run: FinishedRun, isBatch: Bool) throws {
    if json { print(try run.json(onOneLine: isBatch)) }
    guard !quiet else { return }
    // JSON has standard output to itself.
    FileHandle(fileDescriptor: json ? STDERR_FILENO : STDOUT_FILENO)
      .write(Data(run.text(named: isBatch).utf8))
  }
}

import Adaptation
import Anatomy
import ArgumentParser
import Datasets
import Foundation
import Inference
import Models
import Registration
import Segmentation
import VolumeFiles

/// `delineate adapt run`: the later contours.
struct AdaptRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Contour the later scan.",
    discussion: """
      --earlier and --contours are as they were taken: the earlier scan is registered with the later \
      one, rigidly and then by a B-spline, and carries its contours along. With --registered, or \
      without --earlier, they lie on the later scan's grid already. Contours are a label map or an RT \
      structure set; of a later DICOM series a name ending in .dcm makes one. What became of each \
      tumor is said in words, and in the report beside pictures; the earlier contours themselves are \
      never written as a result. Where the registration fails nothing is contoured: the exit status \
      is 3, and --steps shows why.

      EXAMPLES
        delineate adapt --later mid_T2.nii.gz --earlier pre_T2.nii.gz --contours pre_mask.nii.gz \\
          --model adaptive --output mid_mask.nii.gz --report mid.html --steps steps
        DICOM series, the earlier contours as a structure set, the new ones as another:
          delineate adapt --later mid/ --earlier pre/ --contours pre_rtstruct.dcm \\
            --model adaptive --output mid_rtstruct.dcm
        Contours that lie on the later scan; averaged over three margins, with the uncertainty:
          delineate adapt --later mid_T2.nii.gz --contours pre_mask_registered.nii.gz \\
            --model adaptive --margins 0 0.5 1 --output mid_mask.nii.gz --uncertainty unsure.nii.gz
        A folder of patients in HNTS-MRG's layout:
          delineate adapt --patients HNTSMRG24_test --model adaptive --output predicted
      """
  )

  @Option(help: "The later scan: a file or a DICOM folder.", completion: .file())
  var later: String?

  @Option(
    help: "The earlier contours: a label map or an RT structure set (.dcm).",
    completion: .file()
  )
  var contours: String?

  @Option(help: "The earlier scan: a file or a DICOM folder.", completion: .file())
  var earlier: String?

  @Flag(help: "The earlier scan and contours lie on the later scan's grid already.")
  var registered = false

  @Option(help: "Instead of one patient, a folder of them in HNTS-MRG's layout.")
  var patients: String?

  @Option(help: "The trained model: a folder, a zip file, or a name that «delineate models» lists.")
  var model: String

  @Option(
    help:
      "The new contours: a label map or an RT structure set (.dcm); a folder for several patients.",
    completion: .file()
  )
  var output: String

  @Option(
    help: "A folder for what each step made: the registered scan and contours, the channels.",
    completion: .directory
  )
  var steps: String?

  @Option(
    parsing: .upToNextOption,
    help: "Where within its range the boxes' margin lies, 0 to 1; several are averaged."
  )
  var margins: [Double] = [0.5]

  @Flag(help: "Keep contours that the model's rules would take for a vanished tumor's.")
  var keepAll = false

  @Option(help: "A page with volumes, changes and pictures; a folder for several patients.")
  var report: String?

  @Option(help: "A file for each voxel's uncertainty, 0 to 1; needs several --margins.")
  var uncertainty: String?

  @Option(help: "Windows everywhere as nnU-Net places them, or only where the patient's body is.")
  var windowPlacement: WindowPlacement = .nnunet

  @OptionGroup(title: "How the network runs") var inference: InferenceArguments

  @Flag(help: "Print what became of the tumors as JSON; a line each for several patients.")
  var json = false

  @Flag(help: "Print nothing but errors, and JSON where asked for.")
  var quiet = false

  func validate() throws {
    guard !margins.isEmpty, margins.allSatisfy((0...1).contains) else {
      throw ValidationError("--margins must be from 0 to 1.")
    }
    guard Set(margins).count == margins.count else {
      throw ValidationError("--margins has one twice.")
    }
    if uncertainty != nil {
      guard patients == nil else {
        throw ValidationError("--uncertainty is written of one patient, not of --patients.")
      }
      guard margins.count > 1 else {
        throw ValidationError("--uncertainty needs several --margins, as in --margins 0 0.5 1.")
      }
    }
    if patients != nil, steps != nil || registered || earlier != nil {
      throw ValidationError("--steps, --registered and --earlier are of one patient.")
    }
    guard patients == nil ? later != nil && contours != nil : later == nil && contours == nil else {
      throw ValidationError("Give --later and --contours, or --patients alone.")
    }
  }

  func run() async throws {
    let place = try modelLocation(named: model)
    let plan = try inspectModel(at: place).plan
    _ = try adaptiveChannels(of: plan)
    var outputs = SegmentOutputs(
      output: URL(filePath: output),
      separate: false,
      overlay: nil,
      report: report.map { URL(filePath: $0) },
      isBatch: patients != nil,
      fileEnding: plan.fileEnding
    )
    if output.lowercased().hasSuffix(".dcm") {
      guard let later, URL(filePath: later).isFolder else {
        throw CommandError.noSeriesForStructureSet(output)
      }
      let export = StructureSetExport(threads: inference.network.threads ?? 1)
      outputs.structureSet = (URL(filePath: later), export)
    }
    try outputs.check()
    let service = SegmentationService()
    for patient in try requests(model: place) {
      let progress = ProgressLine(case: patients == nil ? nil : patient.name, isQuiet: quiet)
      defer { progress.finish() }
      let guidance = try guidance(of: patient.request, plan.labels)
      let result = try await service.adapt(patient.request, guidance: guidance) {
        progress.show($0)
      }
      progress.finish()
      if let uncertainty, let volume = result.uncertainty {
        try VolumeFiles.write(volume, to: URL(filePath: uncertainty))
      }
      let written = try AdaptOutputs(segment: outputs).write(result, of: patient.name)
      try show(AdaptedCase(name: patient.name, result: result, written: written))
    }
  }

  /// What is known from before, registered where it has to be.
  private func guidance(of request: AdaptRequest, _ scheme: LabelScheme) throws -> AdaptGuidance {
    let line = RegistrationLine(isQuiet: quiet)
    defer { line.finish() }
    // Where nothing is registered, nothing asks whether to stop.
    guard !request.isRegistered else { return try request.guidance(for: scheme) }
    do {
      return try Interruption.cancellable { isCancelled in
        try request.guidance(
          for: scheme,
          progress: { line.show($0) },
          isCancelled: isCancelled
        )
      }
    } catch AdaptationError.registration(.cancelled) {
      throw ExitCode(128 + (Interruption.signal ?? SIGINT))
    } catch let error as AdaptError {
      guard case .registrationFailed = error else { throw error }
      line.finish()
      StatusLine.write("Error: \(error)\n")
      throw ExitCode(3)
    }
  }

  private func show(_ outcome: AdaptedCase) throws {
    if json { print(try jsonText(outcome, onOneLine: patients != nil)) }
    guard !quiet else { return }
    // JSON has standard output to itself.
    FileHandle(fileDescriptor: json ? STDERR_FILENO : STDOUT_FILENO)
      .write(Data(outcome.text(named: patients != nil).utf8))
  }

  /// One request a patient.
  private func requests(model: URL) throws -> [(name: String, request: AdaptRequest)] {
    let settings = inference.request(by: model, placement: windowPlacement)
    if let patients {
      let folder = URL(filePath: patients)
      guard folder.isFolder else { throw CommandError.missing(patients) }
      // Patients to contour have no later contours yet, so they are no training data set.
      let found = HNTSMRGPatient.all(in: folder, with: .later)
      guard !found.isEmpty else { throw AdaptError.noPatients(folder: folder.lastPathComponent) }
      return found.map { patient in
        let request = AdaptRequest(
          patient,
          settings: settings,
          margins: margins,
          followsExistence: !keepAll
        )
        return (patient.name, request)
      }
    }
    guard let later, let contours else { return [] }
    for path in [later, contours] + [earlier].compactMap({ $0 })
    where !FileManager.default.fileExists(atPath: path) {
      throw CommandError.missing(path)
    }
    let file = URL(filePath: later)
    return [
      (
        file.lastPathComponent,
        AdaptRequest(
          later: file,
          contours: URL(filePath: contours),
          earlier: earlier.map { URL(filePath: $0) },
          isRegistered: registered || earlier == nil,
          settings: settings,
          margins: margins,
          followsExistence: !keepAll,
          stepsFolder: steps.map { URL(filePath: $0) }
        )
      )
    ]
  }
}

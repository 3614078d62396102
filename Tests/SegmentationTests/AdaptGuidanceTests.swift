import Adaptation
import Anatomy
import DICOMStudies
import Foundation
import Models
import Preprocessing
import ImageProcessing
import Segmentation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Earlier contours from DICOM")
struct AdaptGuidanceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A small MR series in a folder, with the day of its study.
  private func series(_ name: String, number: Int, day: String) throws -> URL {
    let place = folder.url.appending(path: name)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for slice in 1...8 {
      var file = DICOMSliceFile(
        size: [40, 36],
        spacing: [6, 6],
        origin: [-120, -100, Double(slice) * 14],
        axes: ([1, 0, 0], [0, 1, 0]),
        number: slice
      )
      file.series = number
      file.modality = "MR"
      file.pixels = (0..<(40 * 36)).map { Int16(($0 * 7 + slice * 31) % 200) }
      file.changes[0x0008_0020] = Array(day.utf8)
      file.changes[0x0020_0052] = Array("1.2.3.4\(number)".utf8)
      try file.bytes.write(to: place.appending(path: "\(slice).dcm"))
    }
    return place
  }

  /// A structure set on a series: boxes with these names, side by side.
  private func structureSet(_ names: [String], on folder: URL) throws -> URL {
    let series = try ImageSeries.read(in: folder)
    let structures = names.enumerated().map { index, name in
      let x = -100.0 + 30 * Double(index)
      let contours = [3, 4].map { slice -> PlanarContour in
        let z = series.stack.origins[slice].z
        return PlanarContour(
          points: [
            Point(x, -70, z), Point(x + 22, -70, z), Point(x + 22, -40, z), Point(x, -40, z),
          ],
          slice: slice
        )
      }
      return StructureSet.Structure(number: index + 1, name: name, contours: contours)
    }
    let object = StructureSet(label: "Test", structures: structures)
      .object(on: series, origin: ObjectOrigin(version: "1", description: "by a test"))
    let file = self.folder.url.appending(path: "\(UUID().uuidString).dcm")
    try object.encoded().write(to: file)
    return file
  }

  private func request(later: URL, contours: URL, earlier: URL? = nil) -> AdaptRequest {
    AdaptRequest(
      later: later,
      contours: contours,
      earlier: earlier,
      isRegistered: earlier == nil,
      settings: SegmentationRequest(inputs: [], model: later, device: .cpu, threads: 1)
    )
  }

  @Test("A structure set's tumors are filled with the model's numbers, its organs left out")
  func structures() throws {
    let mid = try series("mid", number: 2, day: "20260302")
    let file = try structureSet(["Parotid_L", "GTVn1", "GTVp", "GTVn_02"], on: mid)
    let scheme = LabelScheme(entries: [
      .init(label: 1, name: "GTVp"), .init(label: 2, name: "GTVn"),
    ])
    let guidance = try request(later: mid, contours: file).guidance(for: scheme)
    #expect(guidance.prior.scheme == scheme)
    #expect(guidance.prior.instances.map(\.label) == [1, 2, 2])
    #expect(guidance.source.seriesUID != nil && guidance.source.format == .dicom)
    #expect(guidance.registration == nil)
    // Twenty-two by thirty mm in two slices of 14 mm.
    for tumor in guidance.prior.instances { #expect(abs(tumor.volume - 18480) < 6000) }
    #expect(throws: AdaptError.self) {
      try request(later: mid, contours: structureSet(["Parotid_L"], on: mid)).guidance(for: scheme)
    }
  }

  @Test("A structure set of other images is refused, and so are exchanged studies")
  func refusals() throws {
    let pre = try series("pre", number: 1, day: "20260105")
    let mid = try series("mid", number: 2, day: "20260302")
    let contours = try structureSet(["GTVp"], on: pre)
    #expect(throws: AdaptError.otherImages(file: contours.lastPathComponent)) {
      try request(later: mid, contours: contours).guidance()
    }
    #expect(throws: AdaptError.exchangedScans) {
      try request(later: pre, contours: contours, earlier: mid).guidance()
    }
  }

  @Test("The new contours belong to the later series, so that a structure set can be written on it")
  func source() async throws {
    let mid = try series("mid", number: 2, day: "20260302")
    var model = DrawnModel(structures: ["GTVp", "GTVn"], channels: ["T2", "mask_prior_GTVp"]).model
    model.plan.preparation.channels = [
      ChannelNormalization(scheme: .zScore), ChannelNormalization(scheme: .none),
    ]
    let place = folder.url.appending(path: "model")
    try writeModel(model, to: place)
    var request = request(later: mid, contours: try structureSet(["GTVp"], on: mid))
    request.settings.model = place
    request.stepsFolder = folder.url.appending(path: "steps")
    let guidance = try request.guidance(for: model.plan.labels)
    let result = try await SegmentationService().adapt(request, guidance: guidance)
    #expect(result.segmentation.source == guidance.source)
    let series = try ImageSeries.read(in: mid, uid: result.segmentation.source.seriesUID)
    let contours = try StructureSetExport()(
      result.segmentation.labelMap,
      scheme: result.segmentation.scheme,
      on: series
    )
    let present = Set(result.segmentation.labelMap.voxels).subtracting([0])
    #expect(contours.structureSet.structures.count == present.count)
    let shown = try readVolume(
      at: folder.url.appending(path: "steps/channel_mask_prior_GTVp.nii.gz")
    )
    #expect(shown.voxels.contains(1))
  }

  @Test("A failed registration and exchanged scans have one sentence each")
  func sentences() {
    let failed = AdaptError.registrationFailed(reasons: ["One.", "Two."])
    #expect(
      "\(failed)"
        == "The registration of the two scans failed, no contours were written: One. Two."
    )
    #expect("\(AdaptError.exchangedScans)".hasSuffix("the two were exchanged."))
    #expect("\(AdaptationError.contoursOnLaterScan)".contains("--registered"))
  }
}

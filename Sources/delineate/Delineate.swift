import ArgumentParser
import Foundation
import Segmentation
import VolumeFiles
import Inference

@main
struct Delineate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delineate", abstract: "Contour head-and-neck radiotherapy patients.")
  @Argument var input: String
  @Argument var model: String
  @Argument var output: String
  @Flag var bf16 = false
  @Flag var body = false
  @Flag var noMirroring = false
  func run() async throws {
    let service = SegmentationService()
    var r = SegmentationRequest(inputs: [URL(filePath: input)], model: URL(filePath: model))
    r.precision = bf16 ? .bfloat16 : .float32
    r.placement = body ? .body : .nnunet
    r.mirroring = !noMirroring
    let result = try await service.segment(r)
    let t = ContinuousClock.now
    try write(result.labelMap, scheme: result.scheme, to: URL(filePath: output))
    print("write", (ContinuousClock.now - t) / .seconds(1))
    let e = JSONEncoder(); e.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try e.encode(result.report), as: UTF8.self))
  }
}

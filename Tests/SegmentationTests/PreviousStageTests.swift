import Foundation
import Segmentation
import TestSupport
import Testing

@Suite("The first stage of a cascade")
struct PreviousStageTests {
  private func make(_ path: String, in folder: TemporaryFolder) throws -> URL {
    let url = folder.url.appending(path: path)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @Test("Is the neighbor that nnU-Net names after the same trainer and plans")
  func neighbor() throws {
    let folder = try TemporaryFolder()
    let second = try make("nnUNetTrainer__nnUNetPlans__3d_cascade_fullres", in: folder)
    #expect(previousStageFolder("3d_lowres", beside: second) == nil)
    _ = try make("nnUNetTrainer__otherPlans__3d_lowres", in: folder)
    #expect(previousStageFolder("3d_lowres", beside: second) == nil)
    let first = try make("nnUNetTrainer__nnUNetPlans__3d_lowres", in: folder)
    #expect(previousStageFolder("3d_lowres", beside: second)?.path == first.path)
  }

  @Test("Is the model's own folder before any neighbor")
  func own() throws {
    let folder = try TemporaryFolder()
    let second = try make("T__P__3d_cascade_fullres", in: folder)
    _ = try make("T__P__3d_lowres", in: folder)
    let own = try make("T__P__3d_cascade_fullres/previous-stage", in: folder)
    #expect(previousStageFolder("3d_lowres", beside: second)?.path == own.path)
  }

  @Test("Is not looked for beside a folder of another name")
  func otherName() throws {
    let folder = try TemporaryFolder()
    let model = try make("my-model", in: folder)
    _ = try make("T__P__3d_lowres", in: folder)
    #expect(previousStageFolder("3d_lowres", beside: model) == nil)
  }
}

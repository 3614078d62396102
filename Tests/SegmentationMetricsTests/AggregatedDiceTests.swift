import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Aggregated Dice")
struct AggregatedDiceTests {
  @Test("Cases weigh by their volume, and cases empty on both sides do not count")
  func byVolume() throws {
    let fine = try VoxelGrid(size: [20, 20, 20])
    let coarse = try VoxelGrid(size: [10, 10, 10], spacing: [2, 2, 2])
    var dice = AggregatedDice()
    #expect(dice.value == nil)
    let none = CroppedMask(emptyOn: coarse)
    dice.add(try Overlap(reference: none, prediction: none))
    #expect(dice.value == nil)
    // 100 of 200 + 100 mm³ in common, then 0 of 0 + 800 mm³.
    dice.add(
      try Overlap(
        reference: block(on: fine, 0..<20, 0..<10, 0..<1),
        prediction: block(on: fine, 0..<10, 0..<10, 0..<1)
      )
    )
    #expect(dice.value == 2.0 / 3)
    dice.add(try Overlap(reference: none, prediction: block(on: coarse, 0..<10, 0..<10, 0..<1)))
    #expect(dice.value == 200.0 / 1100)
  }

  @Test(
    "The HNTS-MRG challenge's own example has its published values in all digits",
    .enabled(if: SharedData.has("hntsmrg_eval/groundtruth_masks"))
  )
  func challenge() throws {
    let folder = try #require(SharedData.folder).appending(path: "hntsmrg_eval")
    let names = try FileManager.default.contentsOfDirectory(
      atPath: folder.appending(path: "groundtruth_masks").path
    )
    let patients = names.sorted().compactMap { $0.split(separator: "_").first }
    #expect(patients.count == 15)
    var dice = [AggregatedDice(), AggregatedDice()]
    for patient in patients {
      let truth = folder.appending(path: "groundtruth_masks/\(patient)_midRT_mask.nii.gz")
      let other = folder.appending(path: "prediction_masks/\(patient)_preRT_mask_registered.nii.gz")
      let reference = try readStructures(at: truth)
      let prediction = try readStructures(at: other)
      for label in 1...2 as ClosedRange<UInt16> {
        dice[Int(label) - 1].add(
          try Overlap(
            reference: reference.mask(of: label),
            prediction: prediction.mask(of: label)
          )
        )
      }
    }
    #expect(abs(try #require(dice[0].value) - 0.2251672584272026) < 1e-16)
    #expect(abs(try #require(dice[1].value) - 0.7249491946997102) < 1e-16)
  }
}

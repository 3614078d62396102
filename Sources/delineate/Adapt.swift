import ArgumentParser

/// `delineate adapt`: tumors contoured again in the middle of radiotherapy.
struct Adapt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Contour tumors again weeks later, guided by the earlier contours.",
    discussion: """
      The network sees the later scan, and where tumors were: a map of the scan's edges inside boxes \
      around them, their contours, or both, as its channels' names say. Each step can be run and \
      looked at alone.

      EXAMPLES
        Tumors of a scan in mid-radiotherapy; the earlier scan is registered with it:
          delineate adapt --later mid_T2.nii.gz --earlier pre_T2.nii.gz --contours pre_mask.nii.gz \\
            --model adaptive --output mid_mask.nii.gz --report mid.html
        The map alone, to look at:
          delineate adapt map --later mid_T2.nii.gz --contours pre_mask_registered.nii.gz \\
            --definition delineate --output map.nii.gz
        Training data from HNTS-MRG's layout, and a network on it:
          delineate adapt dataset HNTSMRG24_train --output raw --channels T2 gradient
          delineate plan raw --output work --preset resenc-m
        What volume counts as a tumor, decided on validation patients:
          delineate adapt calibrate work/predicted work/reference --model adaptive
        Methods side by side on the same patients:
          delineate adapt compare map=a masks=b --patients HNTSMRG24_test --output comparison
      """,
    subcommands: [
      AdaptRun.self, AdaptMap.self, AdaptDatasetCommand.self, AdaptCalibrate.self,
      AdaptCompare.self,
    ],
    defaultSubcommand: AdaptRun.self
  )
}

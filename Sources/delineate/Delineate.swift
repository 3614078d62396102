import ArgumentParser
import DICOMNode
import Segmentation

/// The command line: each subcommand is a translation from arguments to calls and back to text.
@main
struct Delineate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delineate",
    abstract: "Contour the organs at risk of head-and-neck radiotherapy patients.",
    discussion: """
      Runs models that nnU-Net v2 trained, on CT and MR scans in NIfTI, NRRD, MetaImage or DICOM. \
      A research tool, not a medical device: a qualified person must check every contour.

      EXAMPLES
        delineate segment ct.nii.gz --model model --output labels.nii.gz
        delineate segment series/ --model model --output labels.seg.nrrd
        delineate segment series/ --model model --output rtstruct.dcm
        delineate inspect labels.seg.nrrd
        delineate compare reference.nii.gz labels.nii.gz
        delineate evaluate --reference expert --prediction predicted --output scores
        delineate rank scores/one scores/other --output ranking
        delineate consensus anna ben carla --method staple --output consensus
        delineate plan openkbp --output work --explain

      SHELL COMPLETION
        delineate --generate-completion-script SHELL > FILE
          bash  ~/.local/share/bash-completion/completions/delineate
          zsh   ~/.zfunc/_delineate
          fish  ~/.config/fish/completions/delineate.fish
      """,
    version: delineateVersion,
    subcommands: [
      Segment.self, Inspect.self, Compare.self, Evaluate.self, Observers.self, Rank.self,
      ConsensusCommand.self, PlanCommand.self, Preprocess.self, Train.self, Submit.self,
      ValidateCommand.self,
      Finish.self, Adapt.self, RegisterCommand.self, TransformCommand.self, ScoutCommand.self,
      ModelsCommand.self, ImportModel.self, ExportONNX.self, ExportNNUNet.self, Phantom.self,
      ExportCommand.self, ImportCommand.self, NodeCommand.self, NodeListener.self, SendCommand.self,
      PseudonymizeCommand.self, Challenge.self,
    ]
  )

  static func main() async {
    Interruption.removeUnfinishedFilesAndExit()
    EndWithParent.watch()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      exit(withError: error)
    }
  }
}

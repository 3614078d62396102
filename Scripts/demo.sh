#!/bin/sh
# The main job, shown: draws a phantom patient, contours it with the network that comes with the
# project, and compares with what was drawn. Where real data lie beside the project, a real patient too.
#
#   Scripts/demo.sh DELINEATE DATA
set -eu
cd "$(dirname "$0")/.."
delineate=$1
data=$2

say() { printf '\n== %s\n' "$*"; }

# contour SCAN MODEL FOLDER [OPTION…]: label map, pictures and report into the folder.
contour() {
  scan=$1 model=$2 folder=$3
  shift 3
  mkdir -p "$folder"
  "$delineate" segment "$scan" --model "$model" --output "$folder/labels.nii.gz" \
    --overlay "$folder/pictures" --report "$folder/report.html" "$@"
}

say "Drawing a phantom patient"
rm -rf demo
mkdir demo
"$delineate" phantom --output demo/phantom --seed 1

say "Contouring it with the network in Networks/phantom"
contour demo/phantom/ct.nii.gz Networks/phantom demo/contours

say "Comparing with what was drawn"
"$delineate" compare demo/phantom/reference.nii.gz demo/contours/labels.nii.gz --model Networks/phantom

patient=$data/openkbp/pt_201
if [ -e "$patient/ct.nii.gz" ] && [ -d Networks/hn-ct ]; then
  say "Contouring a real patient with hn-ct, trained by this program on other patients"
  contour "$patient/ct.nii.gz" hn-ct demo/patient
  say "Comparing with the clinic's contours"
  "$delineate" compare "$patient/oar.nii.gz" demo/patient/labels.nii.gz --model hn-ct
fi

trained=$data/nnunet_model/plain/Dataset501_OpenKBP/nnUNetTrainerAdamShort__nnUNetPlans__3d_fullres
expected=$data/nnunet_model/predictions/plain/pt_201.nii.gz
if [ -e "$patient/ct.nii.gz" ] && [ -d "$trained" ]; then
  say "Contouring a real patient with a model that nnU-Net trained"
  contour "$patient/ct.nii.gz" "$trained" demo/nnunet --no-mirroring
  say "Comparing with nnU-Net's own contours of this patient"
  "$delineate" compare "$expected" demo/nnunet/labels.nii.gz --model "$trained"
fi

say "Look at"
for folder in demo/contours demo/patient demo/nnunet; do
  [ -d "$folder" ] || continue
  echo "$PWD/$folder/labels.nii.gz   the label map"
  echo "$PWD/$folder/pictures/       pictures, contours over the scan"
  echo "$PWD/$folder/report.html     the report"
done

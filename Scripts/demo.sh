#!/bin/sh
# The main job, shown: draws patients, contours them with the networks that come with the project, and
# compares with what was drawn. Where real data lie beside the project, a real patient too.
#
#   Scripts/demo.sh DELINEATE DATA
set -eu
cd "$(dirname "$0")/.."
delineate=$1
data=$2

say() { printf '\n== %s\n' "$*"; }

# contour MODEL FOLDER SCAN… [OPTION…]: label map, pictures and report into the folder.
contour() {
  model=$1 folder=$2
  shift 2
  mkdir -p "$folder"
  "$delineate" segment "$@" --model "$model" --output "$folder/labels.nii.gz" \
    --overlay "$folder/pictures" --report "$folder/report.html"
}

say "Drawing a phantom patient"
rm -rf demo
mkdir demo
"$delineate" phantom --kind simple --output demo/phantom --seed 1

say "Contouring it with the network in Networks/phantom"
contour Networks/phantom demo/contours demo/phantom/ct.nii.gz

say "Comparing with what was drawn"
"$delineate" compare demo/phantom/reference.nii.gz demo/contours/labels.nii.gz --model Networks/phantom

say "Drawing a patient with CT and T1 MR that lie apart"
"$delineate" phantom --output demo/drawn --cases 1 --size small --seed 2026

say "Registering the MR and contouring 30 organs with hn-ctmr-30, trained on other drawn patients"
drawn=demo/drawn/set_1/case_01/case_01
contour hn-ctmr-30 demo/organs "CT=${drawn}_IMG_CT.nrrd" "MR_T1=${drawn}_IMG_MR_T1.nrrd" --register rigid

say "Comparing with what was drawn"
"$delineate" compare "${drawn}_organs_CT.seg.nrrd" demo/organs/labels.nii.gz --model hn-ctmr-30

patient=$data/openkbp/pt_201
if [ -e "$patient/ct.nii.gz" ] && [ -d Networks/hn-ct ]; then
  say "Contouring a real patient with hn-ct, trained by this program on other patients"
  contour hn-ct demo/patient "$patient/ct.nii.gz"
  say "Comparing with the clinic's contours"
  "$delineate" compare "$patient/oar.nii.gz" demo/patient/labels.nii.gz --model hn-ct
fi

trained=$data/nnunet_model/plain/Dataset501_OpenKBP/nnUNetTrainerAdamShort__nnUNetPlans__3d_fullres
expected=$data/nnunet_model/predictions/plain/pt_201.nii.gz
if [ -e "$patient/ct.nii.gz" ] && [ -d "$trained" ]; then
  say "Contouring a real patient with a model that nnU-Net trained"
  contour "$trained" demo/nnunet "$patient/ct.nii.gz" --no-mirroring
  say "Comparing with nnU-Net's own contours of this patient"
  "$delineate" compare "$expected" demo/nnunet/labels.nii.gz --model "$trained"
fi

say "Look at"
for folder in demo/contours demo/organs demo/patient demo/nnunet; do
  [ -d "$folder" ] || continue
  echo "$PWD/$folder/labels.nii.gz   the label map"
  echo "$PWD/$folder/pictures/       pictures, contours over the scan"
  echo "$PWD/$folder/report.html     the report"
done

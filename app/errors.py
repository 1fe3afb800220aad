"""Everything that Gliolens says no to, in one tree.

AppError                      a message for the user: what is wrong, in which file, and what to do
├── InputError                what was given cannot be used; the command line ends with status 2
│   ├── UnreadableFileError   empty, truncated, damaged, or not what its name says
│   ├── UnsupportedFileError  sound, but of a shape or kind that Gliolens does not read
│   ├── LimitError            more bytes or voxels than allowed, found before memory is taken
│   ├── VoxelError            NaN, infinite or constant voxels
│   └── StudyError            files that do not make one study: grids differ, a sequence twice, no scan
├── CheckpointError           the network cannot be used
│   ├── CheckpointMissingError
│   └── CheckpointAlteredError
├── EngineUnavailableError    the network is to run in other processes or elsewhere, and does not
├── DatasetError              training data that is missing or does not fit together
└── RecordsError              the records of patients do not do what was asked; they are as they were
    ├── RecordsUnavailableError  gone, locked for too long, or no room on the disk
    ├── RecordsDamagedError   a file or an entry is not what was once saved
    ├── RecordsConflictError  somebody else changed or took it meanwhile
    ├── RecordMissingError    there is no such patient, study or segmentation any more
    └── NotAllowedError       the role of who asks does not allow it
"""


class AppError(Exception):
    """A problem that is explained to the user. The message is complete: what, where, and what to do."""


class InputError(AppError):
    """What was given cannot be used."""


class UnreadableFileError(InputError):
    """The file is empty, truncated, damaged, or not what its name says."""


class UnsupportedFileError(InputError):
    """The file is sound, but of a shape or kind that is not read here."""


class LimitError(InputError):
    """The file holds more bytes or voxels than allowed; found before memory was taken for them."""


class VoxelError(InputError):
    """The voxels hold NaN or infinity, or all have one value."""


class StudyError(InputError):
    """The files do not make one study."""


class CheckpointError(AppError):
    """The network cannot be used."""


class CheckpointMissingError(CheckpointError):
    """The checkpoint or its card is not there."""


class CheckpointAlteredError(CheckpointError):
    """The checkpoint does not have the sha256 that its card names, or the card cannot be read."""


class EngineUnavailableError(AppError):
    """What is to run the network, in other processes or on other machines, does not answer as it should."""


class DatasetError(AppError):
    """Training or evaluation data is missing or does not fit together."""


class RecordsError(AppError):
    """The records of patients do not do what was asked; they are as they were."""


class RecordsUnavailableError(RecordsError):
    """The records are gone or locked for too long, or there is no room on the disk."""


class RecordsDamagedError(RecordsError):
    """A file or an entry is not what was once saved."""


class RecordsConflictError(RecordsError):
    """Somebody else changed the entry meanwhile, or has the name already."""


class RecordMissingError(RecordsError):
    """There is no such patient, study or segmentation any more."""


class NotAllowedError(RecordsError):
    """The role of who asks does not allow it."""

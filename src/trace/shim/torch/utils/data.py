"""torch.utils.data, inert: data sets may be defined, loaders are empty."""


class Dataset:
    def __class_getitem__(cls, item):
        return cls


IterableDataset = Dataset


class TensorDataset(Dataset):
    def __init__(self, *tensors):
        self.tensors = tensors

    def __len__(self):
        return self.tensors[0].size(0)

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)


class Subset(Dataset):
    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices


class DataLoader:
    def __init__(self, dataset=None, *_, **__):
        self.dataset = dataset

    def __class_getitem__(cls, item):
        return cls

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0


class Sampler:
    def __class_getitem__(cls, item):
        return cls

    def __init__(self, *_, **__):
        pass


RandomSampler = SequentialSampler = WeightedRandomSampler = BatchSampler = SubsetRandomSampler = Sampler


def random_split(dataset, lengths, generator=None):
    return [Subset(dataset, []) for _ in lengths]

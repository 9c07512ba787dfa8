@{
    ModuleVersion = '1.0.0'
    GUID          = '0d1a6a0c-6a53-4f0e-9d3e-6f5d1c1c7a44'
    Author        = 'KvStore contributors'
    Description   = 'A storage plugin for KvStore, announced so that it is found by its name without importing this module.'
    PrivateData   = @{
        KvStore = @{
            Storages = @(
                @{ Name = 'list'; Schemes = @('list'); Assembly = 'bin/ListModule.dll'; Type = 'ListModule.ListStorage' }
            )
        }
    }
}

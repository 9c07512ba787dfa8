# Every Pester file dot-sources this: the module as built, and a default storage that is nobody's real data.
$env:KVSTORE_CONNECTION = 'sqlite:///' + (Join-Path ([IO.Path]::GetTempPath()) "kvstore-test-$([guid]::NewGuid().ToString('n')).db").Replace('\', '/')
Import-Module (Join-Path $PSScriptRoot '../../KvStore.psd1') -Force -ErrorAction Stop

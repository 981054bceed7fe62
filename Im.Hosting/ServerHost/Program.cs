using Im.Hosting.ServerHost;

// Runs one server for one AppHost so that it stops when asked and when its parent dies.
//   run     --stop-signal INT|TERM [--user 65534:65534] …  -- PROGRAM ARGS…    a server that is a program of its own
//   garnet  --port 6379 --directory DIR --password-file FILE …                 Redis' protocol, served by this process
//   both    [--lock FILE | --throw-away DIR] [--watch PID]                     PID is a process with which the server ends
var options = RunOptions.Parse(args.Skip(1).ToArray());
using var stop = new StopRequest(options.Watched);
using var data = DataFolder.TryTake(options);
return (data, args) switch
{
    (null, _) => DataFolder.InUse,
    (_, ["run", ..]) => Supervisor.Run(options, stop, data),
    (_, ["garnet", ..]) => await GarnetHost.RunAsync(options, stop, data),
    _ => throw new ArgumentException("This program is started by Im.Hosting.Embedded; it has nothing to offer on its own."),
};

// Applications and their attack vectors.

const applicationChoice = () => null;
const belongs = () => true;
function drawApplications() {}
